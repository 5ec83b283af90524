import { ImageError } from '../../model/errors';
import type { SendFact } from '../endpoint/charge';
import { outcomeOfFailure, unknownOutcome, unknownRest } from './outcome';

const answered = (status: number): SendFact => ({ kind: 'answered', answer: { status, headers: {}, text: '' } });

type Row = [fact: SendFact, says: boolean, outcome: 'notAccepted' | 'unknown'];

it.each<Row>([
	[{ kind: 'notSent' }, false, 'notAccepted'],
	[{ kind: 'unanswered', timedOut: false }, true, 'unknown'],
	[{ kind: 'unanswered', timedOut: true }, true, 'unknown'],
	// The client does not follow a redirect, and a proxy that requires a password has not forwarded the request.
	...[300, 302, 308, 399, 407].map((status): Row => [answered(status), false, 'notAccepted']),
	...[200, 299, 400, 401, 404, 406, 408, 429, 500, 503].flatMap((status): Row[] => [
		[answered(status), true, 'notAccepted'],
		[answered(status), false, 'unknown'],
	]),
])('%j (declared as not accepted: %s) is %s', (fact, says, outcome) => {
	expect(outcomeOfFailure(fact, () => says)).toBe(outcome);
});

it('asks the provider about the answer itself', () => {
	const fact = answered(422);
	const asked: unknown[] = [];
	outcomeOfFailure(fact, (answer) => asked.push(answer) > 0);
	expect(asked).toEqual([fact.kind === 'answered' && fact.answer]);
});

describe('an unknown outcome', () => {
	const error = new ImageError('network', { message: 'Reset', hint: 'Check the network', delivery: 'ambiguous' });

	it.each([
		['native', 'key-1'],
		['lookup', 'looked up'],
		['none', 'Image Jobs'],
	] as const)('that %s settles says how to get the job without paying again', (certainty, words) => {
		expect(unknownOutcome(error, certainty, 'key-1')).toMatchObject({
			code: 'network',
			message: 'Reset. The provider may have made the job anyway',
			hint: expect.stringContaining(words) as string,
			// A retry of a retryable error would pay twice.
			retryable: false,
			httpStatus: null,
			delivery: 'ambiguous',
			outcome: 'unknown',
			cause: error,
		});
	});

	it("keeps the hint of the provider's answer, and not one about the connection", () => {
		expect(unknownOutcome(error, 'lookup', 'key-1').hint).not.toContain('Check the network');
		const answer = new ImageError('upstream', { message: 'Oops', hint: 'Ask support', httpStatus: 500 });
		expect(unknownOutcome(answer, 'lookup', 'key-1')).toMatchObject({
			httpStatus: 500,
			hint: expect.stringMatching(/^Ask support\. Retry the execution/) as string,
		});
		const silent = new ImageError('upstream', { message: 'Oops', httpStatus: 500 });
		expect(unknownOutcome(silent, 'lookup', 'key-1').hint).toMatch(/^Retry the execution/);
	});

	it('does not repeat its message', () => {
		const answer = new ImageError('upstream', { message: 'Oops', httpStatus: 500 });
		const once = unknownOutcome(answer, 'lookup', 'key-1');
		const twice = unknownOutcome(once, 'lookup', 'key-1');
		expect([twice.message, twice.hint]).toEqual([once.message, once.hint]);
	});

	it('of some parts says that the missing images may be paid', () => {
		const answer = new ImageError('upstream', {
			message: 'Oops',
			hint: 'Ask support',
			httpStatus: 500,
			cause: error,
		});
		expect(unknownRest(answer)).toMatchObject({
			code: 'upstream',
			message: 'Oops. The provider may have made the missing images anyway',
			hint: expect.stringContaining('may be paid already') as string,
			retryable: false,
			httpStatus: 500,
			delivery: 'ambiguous',
			outcome: 'unknown',
			cause: error,
		});
	});
});
