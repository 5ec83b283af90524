import { Readable } from 'node:stream';
import type { ApiStream } from '../../http/apiClient';
import { ImageError, outcomeOf } from '../../model/errors';
import { type Charge, charged, readForCharge, type SendFact } from './charge';

/** A charge that notes the fact at the moment when its request leaves. */
function chargeOf(leaving: () => Promise<void> = async () => undefined) {
	const atLeaving: SendFact[] = [];
	const charge: Charge = {
		mayReuseConnection: false,
		fact: { kind: 'notSent' },
		leaving: async () => {
			atLeaving.push(charge.fact);
			await leaving();
		},
	};
	return { charge, atLeaving };
}
const failing = (code: 'network' | 'timeout' | 'canceled', delivery: 'notSent' | 'ambiguous' | 'answered') =>
	new ImageError(code, { message: 'No', delivery });

it.each<[ImageError, SendFact]>([
	[failing('network', 'notSent'), { kind: 'notSent' }],
	[failing('timeout', 'notSent'), { kind: 'notSent' }],
	[failing('network', 'ambiguous'), { kind: 'unanswered', timedOut: false }],
	[failing('timeout', 'ambiguous'), { kind: 'unanswered', timedOut: true }],
	[failing('canceled', 'ambiguous'), { kind: 'unanswered', timedOut: false }],
	[failing('timeout', 'answered'), { kind: 'unanswered', timedOut: true }],
])('a request that fails with %j got so far: %j', async (error, fact) => {
	const { charge, atLeaving } = chargeOf();
	await expect(charged(charge, () => Promise.reject(error))).rejects.toBe(error);
	expect([charge.fact, atLeaving]).toEqual([fact, [{ kind: 'notSent' }]]);
});

it('while a request is under way, it counts as sent; its answer is given', async () => {
	const { charge } = chargeOf();
	const answer = await charged(charge, async () => {
		expect(charge.fact).toEqual({ kind: 'unanswered', timedOut: false });
		return 'answer';
	});
	expect(answer).toBe('answer');
});

it('what cannot be recorded is not sent', async () => {
	const full = new Error('The disk is full');
	const { charge } = chargeOf(() => Promise.reject(full));
	const send = jest.fn();
	await expect(charged(charge, send)).rejects.toBe(full);
	expect(send).not.toHaveBeenCalled();
	expect(charge.fact).toEqual({ kind: 'notSent' });
});

it('a request without a charge is only sent', async () => {
	expect(await charged(undefined, async () => 'answer')).toBe('answer');
});

it('a streamed answer counts once its text was read whole', async () => {
	const { charge } = chargeOf();
	const head = { status: 201, headers: { 'x-a': 'b' } };
	const stream = (text: () => Promise<string>): ApiStream => ({
		...head,
		body: Readable.from([]),
		text,
		events: async function* () {
			yield* [];
		},
	});
	charge.fact = { kind: 'unanswered', timedOut: false };
	const cut = readForCharge(
		stream(() => Promise.reject(failing('network', 'ambiguous'))),
		charge,
	);
	expect(await outcomeOf(cut.text())).toMatchObject({ ok: false });
	expect(charge.fact).toEqual({ kind: 'unanswered', timedOut: false });
	const whole = readForCharge(
		stream(async () => 'whole'),
		charge,
	);
	expect([whole.status, await whole.text()]).toEqual([201, 'whole']);
	expect(charge.fact).toEqual({ kind: 'answered', answer: { ...head, text: 'whole' } });
});
