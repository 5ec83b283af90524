import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { providerById } from '../../providers/registry';
import type { AnySandbox } from '../../sandbox/backends';
import { openKit } from '../support/conformance';
import { allKits, type Kit, nameOf, startKit } from '../support/conformanceKits';
import { runChain, startEngine, stopEngine } from './harness';
import { TriggerRun } from './triggerRun';

beforeAll(startEngine);
afterAll(stopEngine);

const idsOf = (items: INodeExecutionData[]) => items.map(({ json }) => (json['job'] as { id: string }).id).sort();
/** The server's own id of a job, without the parts that the pack adds. */
const listed = (id: string | null) => (id ?? '').split('~')[0];
const listing = allKits.flatMap((kit) =>
	providerById(kit.backend.id).capabilities.list && !kit.answersAtOnce
		? (kit.dialects ?? (['document', 'real'] as const)).map((dialect): [string, string, Kit] => [
				nameOf(kit),
				dialect,
				kit,
			])
		: [],
);

describe.each(listing)('%s (%s)', (_name, dialect, kit) => {
	let sandbox: AnySandbox;
	beforeAll(async () => {
		sandbox = await startKit(kit);
	});
	beforeEach(() => {
		sandbox.reset();
		sandbox.settings({ dialect });
	});
	afterAll(() => sandbox.close());
	const fields = () =>
		({
			...kit.backend.credential.fields(sandbox.url),
			requestsPerMinute: 0,
			jobsInFlight: 0,
			...kit.credentialFor?.(dialect),
		}) as ICredentialDataDecryptedObject;

	it('each finished job starts the workflow once, with its pictures, also across a restart', async () => {
		const { run } = await openKit(kit, sandbox, { credential: fields() });
		await run({ prompt: 'Before' });
		const trigger = new TriggerRun(kit.backend.id, kit.backend.credential.type, { download: true }, fields);
		expect(await trigger.activate()).toEqual([]);
		const made = await Promise.all(
			Array.from({ length: 3 }, async (_, n) => listed((await run({ prompt: `No. ${n}` })).job.id)),
		);
		const items = await trigger.poll();
		expect(idsOf(items)).toEqual([...made].sort());
		for (const item of items)
			expect(item).toMatchObject({
				json: { job: { provider: kit.backend.id, status: 'succeeded' } },
				binary: { image_0: { mimeType: expect.stringContaining('image/') as string } },
			});
		expect(await trigger.poll()).toEqual([]);
		const { job } = await run({ prompt: 'Late' });
		await trigger.restart();
		expect(idsOf(await trigger.activate())).toEqual([listed(job.id)]);
		expect(await trigger.poll()).toEqual([]);
	}, 30_000);

	it.each([1, 2])(
		'a job of Image Generate with %d images has the ref of its item there',
		async (count) => {
			const trigger = new TriggerRun(kit.backend.id, kit.backend.credential.type, {}, fields);
			await trigger.activate();
			const made = await runChain({
				credentials: { [kit.backend.credential.type]: fields() },
				nodes: [
					{
						name: 'Generate',
						type: 'imageGenerate',
						parameters: {
							provider: kit.backend.id,
							prompt: 'A fox',
							count,
							options: { ...(kit.request?.extras as IDataObject | undefined) },
						},
					},
				],
			});
			const { ref } = made.output('Generate')[0]?.json['job'] as { ref: string };
			const refs = (await trigger.poll()).map(({ json }) => (json['job'] as { ref: string }).ref);
			// If the server makes one task per image, its list shows parts of the job, each with its own id.
			const isOneTaskPerImage = refs.length > 1;
			expect(refs).toHaveLength(isOneTaskPerImage ? count : 1);
			expect(new Set(refs).size).toBe(refs.length);
			expect(refs.includes(ref)).toBe(!isOneTaskPerImage);
		},
		30_000,
	);

	it('many that end between two polls are all given, over the pages of the list', async () => {
		const { run } = await openKit(kit, sandbox, { credential: fields() });
		const trigger = new TriggerRun(kit.backend.id, kit.backend.credential.type, {}, fields);
		await trigger.activate();
		const made = await Promise.all(Array.from({ length: 70 }, async () => listed((await run()).job.id)));
		const given: string[] = [];
		for (let polls = 0; polls < 8 && given.length < made.length; polls++)
			given.push(...idsOf(await trigger.poll()));
		expect(given.sort()).toEqual([...made].sort());
		expect(await trigger.poll()).toEqual([]);
	}, 60_000);
});
