import type { JobStatus } from '../../model/job';
import type { ListedSnapshot } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { emptyState } from './finishedJobs';
import { type Interest, interestOf, matches, timeOf } from './interest';

const at = (ms: number) => new Date(ms).toISOString();
const listed = (
	status: JobStatus,
	times: { createdAt?: number; updatedAt?: number } = {},
	prompt?: unknown,
): ListedSnapshot => ({
	snapshot: snapshotOf('job', status, {
		createdAt: times.createdAt === undefined ? null : at(times.createdAt),
		updatedAt: times.updatedAt === undefined ? null : at(times.updatedAt),
	}),
	request: prompt === undefined ? {} : { prompt },
});
const any: Interest = { statuses: ['succeeded', 'failed'], promptContains: '' };

it.each<[string, unknown, boolean]>([
	['', undefined, true],
	['', 'A cat', true],
	['CAT', 'a cat', true],
	['cat', 'A CAT', true],
	['dog', 'A cat', false],
	['cat', undefined, false],
	['7', 7, false],
])('a prompt that has to contain "%s": %j is wanted: %s', (promptContains, prompt, expected) => {
	expect(matches({ ...any, promptContains }, listed('succeeded', {}, prompt))).toBe(expected);
	const running = interestOf({ ...any, promptContains }, emptyState(), false);
	expect(running(listed('running', {}, prompt))).toBe(expected);
});

it('a job that has ended is wanted with its status; a running job may still end in any way', () => {
	const wants = interestOf({ ...any, statuses: ['failed'] }, emptyState(), false);
	expect(
		['succeeded', 'failed', 'canceled', 'running', 'queued'].map((status) => wants(listed(status as JobStatus))),
	).toEqual([false, true, false, true, true]);
});

it.each<[string, { createdAt?: number; updatedAt?: number }, boolean]>([
	['ended before', { createdAt: 50, updatedAt: 99 }, false],
	['ended then', { createdAt: 50, updatedAt: 100 }, true],
	['was made before, with no later time,', { createdAt: 99 }, false],
	['was made then', { createdAt: 100 }, true],
])('with a time of 100, a job that %s is wanted or not', (_what, times, expected) => {
	for (const isFirst of [true, false])
		expect(interestOf(any, emptyState(100), isFirst)(listed('succeeded', times))).toBe(expected);
});

it('without a time, the first poll wants no job that has ended, and later polls want each', () => {
	for (const times of [{}, { updatedAt: 5 }]) {
		expect(interestOf(any, emptyState(), true)(listed('succeeded', times))).toBe(false);
		expect(interestOf(any, emptyState(), false)(listed('succeeded', times))).toBe(true);
	}
	for (const isFirst of [true, false])
		expect(interestOf(any, emptyState(100), isFirst)(listed('succeeded'))).toBe(!isFirst);
});

it('a job that was seen running is wanted when it ends, whatever the clock of the provider shows', () => {
	const state = { ...emptyState(100), open: [['job', 1] as const] };
	expect(interestOf(any, state, true)(listed('succeeded', { updatedAt: 5 }))).toBe(true);
	const other = { ...emptyState(100), open: [['other', 1] as const] };
	expect(interestOf(any, other, true)(listed('succeeded', { updatedAt: 5 }))).toBe(false);
});

it('a time is ms since the epoch, or unknown', () => {
	expect([at(5), null, 'soon', ''].map(timeOf)).toEqual([5, null, null, null]);
});
