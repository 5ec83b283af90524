import type { JobEntry } from '../../sandbox/shared/books';
import { balance, type Claim, claimOf } from './claims';

const job = (prompt: string, generationsBilled = 1) => ({ prompt, generationsBilled }) as JobEntry;
const claim = (prompt: string, change: Partial<Claim> = {}): Claim => ({
	...claimOf('wait', { json: { request: { prompt }, job: { id: '1', status: 'succeeded', error: null }, files: 1 } }),
	...change,
});
const problemsOf = (...args: Parameters<typeof balance>) => balance(...args).problems.map((line) => line.split(':')[0]);

it('books that agree have no problem', () => {
	const given = ['A #1', 'A #2', 'A #3'];
	const claims = [claim('A #1'), claim('A #2', { files: 0, isUnknown: true }), claim('A #3', { files: 0 })];
	expect(balance(given, claims, [job('A #1'), job('A #2')])).toEqual({
		prompts: 3,
		paid: 2,
		delivered: 1,
		unknown: 1,
		failedUnpaid: 1,
		problems: [],
	});
});

it('a later claim replaces an earlier one', () => {
	expect(problemsOf(['A #1'], [claim('A #1', { files: 0 }), claim('A #1')], [job('A #1')])).toEqual([]);
});

it.each([
	['Paid twice', [claim('A #1')], [job('A #1'), job('A #1')]],
	['Lost', [], [job('A #1')]],
	['Paid and lost', [claim('A #1', { files: 0 })], [job('A #1')]],
	['Delivered twice', [claim('A #1', { files: 2 })], [job('A #1')]],
	['Delivered, but not made', [claim('A #1')], []],
])('%s is a problem', (problem, claims, jobs) => {
	expect(problemsOf(['A #1'], claims, jobs)).toEqual([problem]);
});
