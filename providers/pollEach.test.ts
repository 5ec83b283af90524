import fc from 'fast-check';
import { type ErrorCode, errorCodes, concernsEndpoint, ImageError } from '../model/errors';
import { blankJob, type JobSnapshot } from '../model/job';
import { pollEach } from './pollEach';
import type { Observation } from './provider';

const snapshot = (id: string): JobSnapshot => ({
	job: { ...blankJob('any'), id, status: 'running' },
	images: [],
	raw: null,
});
const failing = (code: ErrorCode, more: object = {}) => new ImageError(code, { message: code, ...more });

/** Polls jobs whose polls have these outcomes by ID, and records which jobs were tried. */
function polled(meets: Record<string, ImageError | 'ok'>, found?: ReadonlyMap<string, Observation>) {
	const tried: string[] = [];
	const observations = pollEach(
		Object.keys(meets),
		async (id) => {
			tried.push(id);
			const met = meets[id];
			if (met instanceof ImageError) throw met;
			return snapshot(id);
		},
		found,
	);
	return { observations, tried };
}

it("what a job's poll fails with stays with that job", async () => {
	const { observations, tried } = polled({ a: failing('notFound'), b: 'ok', c: failing('malformedResponse') });
	expect(
		[...(await observations)].map(([id, observation]) => [id, observation.ok || observation.error.code]),
	).toEqual([
		['a', 'notFound'],
		['b', true],
		['c', 'malformedResponse'],
	]);
	expect(tried).toEqual(['a', 'b', 'c']);
});

it.each<[string, Record<string, ImageError | 'ok'>]>([
	[
		'after jobs that failed for themselves',
		{ a: failing('notFound'), b: failing('upstream'), c: failing('timeout'), d: 'ok' },
	],
	['after jobs with an answer', { a: 'ok', b: 'ok', c: failing('network'), d: 'ok' }],
])('an endpoint that fails %s is not tried again, and what was learned is kept', async (_when, meets) => {
	const { observations, tried } = polled(meets);
	const result = await observations;
	expect(tried).toEqual(['a', 'b', 'c']);
	expect([...result.keys()]).toEqual(['a', 'b', 'c', 'd']);
	expect(result.get('d')).toEqual(result.get('c'));
	expect(result.get('a')).toMatchObject(
		meets['a'] instanceof ImageError ? { ok: false, error: { code: 'notFound' } } : { ok: true },
	);
});

it.each(['auth', 'canceled'] as const)('%s is thrown, however much was learned', async (code) => {
	await expect(polled({ a: 'ok', b: failing('notFound'), c: failing(code) }).observations).rejects.toMatchObject({
		code,
	});
});

it.each(['network', 'overloaded', 'rateLimited', 'timeout'] as const)(
	'%s at the first is thrown, unless something is known of other jobs',
	async (code) => {
		await expect(polled({ a: failing(code), b: 'ok' }).observations).rejects.toMatchObject({ code });
		const known = new Map<string, Observation>([['z', { ok: true, snapshot: snapshot('z') }]]);
		expect([...(await polled({ a: failing(code), b: 'ok', z: 'ok' }, known).observations).keys()]).toEqual([
			'z',
			'a',
			'b',
		]);
	},
);

it('every id has its observation, or the error of the endpoint is thrown', async () => {
	const met = fc.oneof(
		fc.constant('ok' as const),
		fc.constantFrom(...errorCodes).map((code) => failing(code)),
	);
	await fc.assert(
		fc.asyncProperty(fc.dictionary(fc.string(), met, { noNullPrototype: true }), async (meets) => {
			const { observations } = polled(meets);
			try {
				expect(new Set((await observations).keys())).toEqual(new Set(Object.keys(meets)));
			} catch (thrown) {
				expect(concernsEndpoint(thrown as ImageError)).toBe(true);
			}
		}),
	);
});

it('polls each id once, and none that the same poll has observed already', async () => {
	const tried: string[] = [];
	const poll = async (id: string) => {
		tried.push(id);
		return snapshot(id);
	};
	const known = new Map<string, Observation>([['b', { ok: false, error: failing('notFound') }]]);
	const observations = await pollEach(['a', 'b', 'a', 'c', 'c'], poll, known);
	expect(tried).toEqual(['a', 'c']);
	expect(observations.get('b')).toBe(known.get('b'));
	expect([...observations.keys()].sort()).toEqual(['a', 'b', 'c']);
	expect(known.size).toBe(1);
});
