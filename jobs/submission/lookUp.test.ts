import { ImageError, outcomeOf } from '../../model/errors';
import type { LookUpCall } from '../../providers/provider';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess } from '../../test/support/makeAt';

/** Loses the first answer of an endpoint, and records the arguments of the look-up for that job. */
async function lookingUp(later: number) {
	const errorAnswers: ImageError[] = [];
	const fake = fakeEndpoint({ errorAnswers, looksUp: true, can: { idempotency: 'lookup' } });
	const { clock, endpoint } = fake;
	const making = makingOver(memoryInProcess(clock), clock);
	const choice = choiceOf(endpoint, { prompt: 'A cat', count: 1 });
	const calls: LookUpCall[] = [];
	const { lookUp } = endpoint.session;
	endpoint.session.lookUp = async (request, call) => {
		calls.push(call);
		laterIds.push(await call.laterIds());
		return (await lookUp?.(request, call)) ?? { found: new Map(), conclusive: true };
	};
	const laterIds: Array<readonly string[]> = [];
	await clock.until(making([choiceOf(endpoint, { prompt: 'before', count: 1 })], 'before'));
	await clock.advance(1_000);
	errorAnswers.push(new ImageError('network', { message: 'Reset', delivery: 'ambiguous' }));
	const lostAt = clock.now();
	const lost = outcomeOf(making([choice], 'lost'));
	await clock.advance(100);
	for (let n = 0; n < later; n++) {
		const prompt = `later ${n}`;
		await clock.until(making([choiceOf(endpoint, { prompt, count: 1 })], prompt));
		await clock.advance(10);
	}
	const result = await clock.until(lost);
	return { result, calls, laterIds, lostAt };
}

it('receives when the lost request was sent, the quiet time, and what was accepted later, newest first', async () => {
	const { result, calls, laterIds, lostAt } = await lookingUp(3);
	expect(result).toMatchObject({ ok: true });
	expect(calls).toHaveLength(1);
	expect(calls[0]).toMatchObject({ idempotencyKey: 'lost', parts: [0], since: lostAt, timedOut: false });
	expect(calls[0]?.quietMs).toBeGreaterThanOrEqual(1_000);
	// The list does not contain the job before it.
	expect(laterIds).toEqual([['job-4', 'job-3', 'job-2']]);
});

it('receives at most the 50 latest', async () => {
	const { laterIds } = await lookingUp(60);
	expect(laterIds[0]?.length).toBeLessThanOrEqual(50);
	expect(laterIds[0]?.length).toBeGreaterThan(40);
});
