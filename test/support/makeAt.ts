import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { abortable, type Clock, inMs } from '../../jobs/runtime/clock';
import type { Wanted } from '../../jobs/submission/wanted';
import { PoolMember } from '../../jobs/submission/poolMember';
import type { Choice, FailoverOptions, JobTerms } from '../../jobs/submission/failover';
import { type Given, JobMaker } from '../../jobs/submission/jobMaker';
import { MapStore } from '../../memory/inMemory/mapStore';
import { ProcessStore } from '../../memory/inMemory/processStore';
import type { Memory } from '../../memory/memory';
import { StoredMemory } from '../../memory/storedMemory';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';

/** A memory of this process alone, with the test's clock. */
export function memoryInProcess(clock: Pick<Clock, 'date'>): Memory {
	const now = () => clock.date().getTime();
	const store = new ProcessStore('it is a test', new MapStore({ maxRecords: 100_000, ownsStrangers: false }), now);
	return new StoredMemory({
		store,
		results: null,
		secret: () => new Uint8Array(32),
		bounds: { keepRecordsMs: 30 * 86_400_000, maxRecords: 100_000, maxResultBytes: 2 ** 28 },
		now,
		notice: () => null,
		onClose: () => undefined,
	});
}

export const choiceOf = (
	endpoint: Endpoint,
	request: ImageRequest,
	name: string | null = null,
	clock?: Pick<Clock, 'now' | 'date'>,
): Choice => ({
	member: new PoolMember({ name: name ?? 'main', priority: 0, weight: 1, models: [] }, endpoint, clock),
	request,
	name,
	requestDigest: JSON.stringify([endpoint.provider.id, request.prompt, request.count]),
	credentialId: 'credential',
});

/** An item of an execution, in the form in which a node passes it. */
export const wantedFor = (key: string, choices: readonly Choice[], patch: Partial<Wanted> = {}): Wanted => ({
	baseKey: key,
	isOwnKey: false,
	wireKey: key,
	lineage: 'lineage',
	rootExecutionId: '1',
	origin: {
		workflowId: 'workflow',
		workflowName: 'Workflow',
		nodeId: 'node',
		nodeName: 'Node',
		executionId: '1',
		runIndex: 0,
		itemIndex: 0,
		mode: 'trigger',
	},
	day: '2026-01-01',
	requests: choices.map(({ requestDigest }) => requestDigest),
	credentialIds: choices.map(({ credentialId }) => credentialId),
	adoptWithinMs: 0,
	reuseWithinMs: 0,
	savedRefs: async () => null,
	...patch,
});

export type MakeMore = Partial<FailoverOptions> & { wanted?: Partial<Wanted>; terms?: Partial<JobTerms> };

/** Makes jobs as the nodes do, each under a key of the test. The caller releases the job as soon as it has it. */
export function makingOver(
	memory: Memory,
	clock: Clock,
): (choices: readonly [Choice, ...Choice[]], key: string, more?: MakeMore) => Promise<Given> {
	const maker = new JobMaker({ clock, random: () => 0, memory });
	return async (choices, key, { wanted = {}, terms = {}, ...options } = {}) => {
		let ref: string | undefined;
		try {
			const making = maker.make(
				choices,
				wantedFor(key, choices, wanted),
				{ cost: { images: choices[0].request.count, usd: null }, limits: [], ...terms },
				{ deadline: inMs(clock, 3_600_000), onRecord: (found) => (ref = found), ...options },
			);
			making.catch(() => undefined);
			return await abortable(making, options.signal);
		} finally {
			if (ref !== undefined) await memory.journal.release([ref]);
		}
	};
}

/** Makes jobs at one endpoint, with its own memory. */
export function makeAt(
	endpoint: Endpoint,
	clock: Clock,
	memory = memoryInProcess(clock),
): (request: ImageRequest, key: string, more?: MakeMore) => Promise<JobSnapshot> {
	const make = makingOver(memory, clock);
	return async (request, key, more) => (await make([choiceOf(endpoint, request)], key, more)).snapshot;
}
