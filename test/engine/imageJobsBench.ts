import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { NewRecord, StoredSnapshot } from '../../memory/record';
import { newRecord, snapshot } from '../../memory/testing/samples';
import type { Job } from '../../model/job';
import { packMemory } from '../../nodes/execution/memory';
import { waitUntil } from '../../scripts/lib/deadline';
import { backendsBench } from './backends';
import type { TestNode } from './harness';

interface Recorded {
	state: string;
	busy: boolean;
	delivered: boolean;
	endpoint: string;
	model: string | null;
	cost: { images: number; usd: number | null };
	requests: { sent: number; unknown: number };
	origin: Record<string, unknown>;
	day: string;
}

export const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as unknown as Job;
export const recordOf = (item: INodeExecutionData | undefined) => item?.json['record'] as unknown as Recorded;
export const prompts = (...names: string[]) => names.map((prompt) => ({ prompt }));
/** Each test has its own node, so that it adopts no job of another test. */
export const generate = (parameters: IDataObject, settings: TestNode['settings'] = {}): TestNode => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { prompt: '={{ $json.prompt }}', ...parameters },
	settings: { id: randomUUID(), ...settings },
});
export const jobs = (
	operation: string,
	parameters: IDataObject = {},
	settings: TestNode['settings'] = {},
): TestNode => ({
	name: 'Jobs',
	type: 'imageJobs',
	parameters: { operation, ...parameters },
	settings,
});
/** The journal records the end of an execution a moment later. */
export const soon = async <T>(what: string, read: () => Promise<T | undefined | false>): Promise<T> =>
	await waitUntil({ for: what, withinMs: 10_000 }, async () => (await read()) || undefined);
const credentialIds = ['imageSaasApi', 'jimengApi', 'aiBatchApi', 'geminiImageApi'];

/** The stand-ins and the workflows of a test file about Image Jobs. The record is empty before each test. */
export function imageJobsBench() {
	const { sandbox, run } = backendsBench(['imageSaas', 'jimeng', 'aiBatch', 'gemini']);
	afterEach(async () => {
		const { journal } = await packMemory();
		const left = await journal.list({ credentialIds, limit: 1_000 });
		await journal.forget(
			left.map(({ ref }) => ref),
			credentialIds,
		);
	});

	const many = async (show: string, parameters: IDataObject = {}, settings: TestNode['settings'] = {}) => {
		const result = await run([{}], [jobs('getAll', { show, ...parameters }, settings)]);
		if (result.error) throw result.error;
		return result.output('Jobs');
	};
	const spending = async (groupBy: string[], parameters: IDataObject = {}) =>
		(await run([{}], [jobs('getSpending', { groupBy, ...parameters })])).output('Jobs').map(({ json }) => json);
	/** Jimeng: neither a key nor a look-up settles a lost answer. */
	async function loseAnswer(kind: 'reset' | 'resetAfterAccept', parameters: IDataObject = {}) {
		sandbox('jimeng').fault({ route: 'generate', kind });
		const node = generate({ provider: 'jimeng', options: { idempotencyKey: randomUUID() }, ...parameters });
		const lost = await run(prompts('A fox'), [node]);
		expect(lost.error?.message).toContain('may have made the job');
		const [item] = await soon('the unknown job', async () =>
			((list) => list.length > 0 && list)(await many('unknown')),
		);
		return { node, item: item?.json ?? {} };
	}

	return { sandbox, run, many, spending, loseAnswer };
}

/** A record like the one that Image Generate begins for Image SaaS. */
export function planted(name: string, origin: Partial<NewRecord['origin']> = {}): NewRecord {
	const record = newRecord(name);
	return {
		...record,
		endpoint: { ...record.endpoint, credentialId: 'imageSaasApi' },
		origin: { ...record.origin, ...origin },
	};
}

/** Adds a succeeded job that was not delivered and whose execution has ended. */
export async function ended(
	name: string,
	origin: Partial<NewRecord['origin']> = {},
	result: StoredSnapshot = snapshot('succeeded', `job of ${name}`),
): Promise<void> {
	const { journal } = await packMemory();
	const record = planted(name, origin);
	await journal.begin(record, []);
	await journal.change(record.ref, { state: { state: 'ended', snapshot: result } });
	await journal.finish([record.ref], { delivered: false });
}
