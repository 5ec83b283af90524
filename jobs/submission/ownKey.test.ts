import { ImageError, outcomeOf } from '../../model/errors';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess, wantedFor } from '../../test/support/makeAt';
import type { Wanted } from './wanted';
import { keepResult } from './storedSnapshot';

interface Place {
	execution?: string;
	runIndex?: number;
	itemIndex?: number;
	nodeId?: string;
}

/** Requests with one key of the user's own, each with another time in its prompt. */
function bench(more: Parameters<typeof fakeEndpoint>[0] = {}) {
	const fake = fakeEndpoint(more);
	const memory = memoryInProcess(fake.clock);
	const making = makingOver(memory, fake.clock);
	const { origin } = wantedFor('', []);
	return {
		...fake,
		memory,
		/**
		 * @param execution id of the top-level execution
		 * @param lineage stays the same when n8n repeats an execution
		 */
		ask: async (
			prompt: string,
			{
				execution = '1',
				lineage = 'first',
				runIndex = 0,
				itemIndex = 0,
				nodeId = origin.nodeId,
				...wanted
			}: Place & Partial<Wanted> = {},
		) => {
			const choice = choiceOf(fake.endpoint, { prompt, count: 1 });
			return await fake.clock.until(
				outcomeOf(
					making([choice], 'own', {
						wanted: {
							...wanted,
							isOwnKey: true,
							lineage,
							rootExecutionId: execution,
							origin: { ...origin, executionId: execution, nodeId, runIndex, itemIndex },
						},
					}),
				),
			);
		},
	};
}

const conflict = expect.objectContaining({
	ok: false,
	error: expect.objectContaining({ code: 'conflict' }) as unknown,
}) as unknown;

it.each([
	['Retry of the execution', { execution: '2' }],
	['Retry of the execution, at another place of it', { execution: '2', itemIndex: 4 }],
	['Retry On Fail', {}],
])('%s gives the job of the key, although a time in the prompt has moved on', async (_how, again) => {
	const { ask, submits } = bench();
	const first = await ask('A fox at 10:00');
	const second = await ask('A fox at 10:01', again);
	expect(second).toMatchObject({
		ok: true,
		value: { how: 'sameKey', record: { ref: first.ok ? first.value.record.ref : '' } },
	});
	expect(submits).toHaveLength(1);
});

it.each([
	['another item of the execution', { itemIndex: 1 }],
	['another run of the node', { runIndex: 1 }],
	['another execution', { execution: '2', lineage: 'second' }],
])('%s with another request under the same key is a conflict', async (_who, other) => {
	const { ask, submits } = bench();
	await ask('A fox');
	expect(await ask('An owl', other)).toEqual(conflict);
	expect(submits).toHaveLength(1);
});

it.each([
	['is given the undelivered job', {}, { ok: true, value: { how: 'sameKey' } }],
	[
		'is a conflict where n8n has saved an item of the job',
		{ savedRefs: async (ref: string) => new Set([ref]) },
		{ ok: false, error: { code: 'conflict' } },
	],
	[
		'is a conflict where jobs are not to be taken over',
		{ adoptWithinMs: 0 },
		{ ok: false, error: { code: 'conflict' } },
	],
	['is a conflict at another node', { nodeId: 'other' }, { ok: false, error: { code: 'conflict' } }],
])(
	'a new run with another request after n8n died %s',
	async (_what, {
		savedRefs,
		nodeId,
		...patch
	}: { savedRefs?: (ref: string) => Promise<Set<string>>; nodeId?: string; adoptWithinMs?: number }, expected) => {
		const { ask, clock, memory, submits } = bench();
		const first = await ask('A fox at 10:00');
		if (!first.ok) throw first.error;
		const { ref } = first.value.record;
		// The record is in the state that a crash of its process leaves.
		await memory.journal.finish([ref], { delivered: false });
		await clock.advance(60_000);
		const saved = { savedRefs: async () => (savedRefs ? await savedRefs(ref) : new Set<string>()) };
		expect(
			await ask('A fox at 10:01', {
				execution: '2',
				lineage: 'second',
				adoptWithinMs: 3_600_000,
				...saved,
				...patch,
				...(nodeId ? { nodeId } : {}),
			}),
		).toMatchObject(expected);
		expect(submits).toHaveLength(1);
	},
);

it('what failed for certain leaves its key to another request', async () => {
	const { ask, memory, submits } = bench();
	const first = await ask('A fox');
	if (!first.ok) throw first.error;
	const { ref, endpoint } = first.value.record;
	const failed = snapshotOf(first.value.snapshot.job.id ?? '', 'failed');
	await memory.journal.note(endpoint.digest, [{ ref, snapshot: await keepResult(memory, ref, failed) }]);
	expect(await ask('A better fox', { execution: '2', lineage: 'second' })).toMatchObject({
		ok: true,
		value: { how: 'new' },
	});
	expect(submits.map(({ key }) => key)).toEqual(['own', 'own~1']);
});

const lost = () =>
	Array.from({ length: 8 }, () => new ImageError('network', { message: 'Reset', delivery: 'ambiguous' }));

it.each([
	{ by: 'native', retried: { ok: true }, keys: new Set(['own']), atRetry: 1 },
	// The look-up compares the request, and the request is different now. So an empty result would prove nothing.
	{
		by: 'lookup',
		retried: { ok: false, error: { outcome: 'unknown', retryable: false } },
		keys: new Set(['own']),
		atRetry: 0,
	},
	{
		by: 'none',
		retried: { ok: false, error: { outcome: 'unknown', retryable: false } },
		keys: new Set(['own']),
		atRetry: 0,
	},
] as const)(
	'an unknown outcome is settled by $by for the request that has moved on, or not at all',
	async ({ by, retried, keys, atRetry }) => {
		const errorAnswers = lost();
		const { ask, submits } = bench({ can: { idempotency: by }, errorAnswers });
		expect(await ask('A fox at 10:00')).toMatchObject({ ok: false, error: { outcome: 'unknown' } });
		errorAnswers.length = 0;
		const before = submits.length;
		expect(await ask('A fox at 10:01', { execution: '2' })).toMatchObject(retried);
		expect({ keys: new Set(submits.map(({ key }) => key)), atRetry: submits.length - before }).toEqual({
			keys,
			atRetry,
		});
	},
);
