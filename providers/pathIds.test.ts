import type { ApiTransport } from '../http/apiClient';
import { createGeminiClient, type GeminiClient } from './gemini/client';
import { geminiAdapter } from './gemini/adapter';
import { imageSaasAdapter } from './imageSaas/adapter';
import { createImageSaasClient, type ImageSaasClient } from './imageSaas/client';
import { nanoBananaProAdapter } from './nanoBananaPro/adapter';
import { createNanoBananaProClient, type NanoBananaProClient } from './nanoBananaPro/client';
import { createTasksClient, type TasksClient } from './nanoBananaPro/clientTasks';
import type { Session } from './provider';
import { zImageAdapter } from './zImage/adapter';
import { createZImageClient, type ZImageClient } from './zImage/client';

/** IDs that a server could read as another path. No call sends them. */

const hostile = ['', ' ', '.', '..', '../jobs', 'a/../..', '%2e%2e', '%252e%252e', '..\\..', 'a/', '/', 'a\r\nb', '\0'];

/** A transport that sends nothing and records the paths it was given. */
function closedTransport() {
	const sent: string[] = [];
	const refuse = (path: string): never => {
		sent.push(path);
		throw new Error(`Sent to ${path}`);
	};
	const transport: ApiTransport = {
		send: async ({ path }) => refuse(path),
		open: async ({ path }) => refuse(path),
		async *socket(path) {
			yield refuse(path);
		},
	};
	return { transport, sent };
}

/**
 * Each call that takes an ID; null for the other calls. Every call must be named, so that a new call is not forgotten
 * here.
 */
type Calls<Client> = {
	[Name in keyof Client]-?: null | ((client: Client, id: string) => Promise<unknown>);
};

const options = {};
const firstOf = async (messages: AsyncIterable<unknown>) => await messages[Symbol.asyncIterator]().next();

const imageSaas: Calls<ImageSaasClient> = {
	health: null,
	submit: null,
	list: null,
	get: (client, id) => client.get(id, options),
	cancel: (client, id) => client.cancel(id, options),
};
const zImage: Calls<ZImageClient> = {
	root: null,
	health: null,
	generate: null,
	history: null,
	task: (client, id) => client.task(id, options),
	cancel: (client, id) => client.cancel(id, options),
	batch: (client, id) => client.batch(id, options),
	deleteBatch: (client, id) => client.deleteBatch(id, options),
};
const v16: Calls<NanoBananaProClient> = {
	generate: null,
	generateWithImages: null,
	history: null,
	search: null,
	deleteTasks: null,
	exportZip: null,
	health: null,
	status: (client, id) => client.status(id, options),
	detail: (client, id) => client.detail(id, options),
	deleteTask: (client, id) => client.deleteTask(id, options),
	image: (client, id) => client.image(id, options),
	download: (client, id) => client.download(id, options),
	deleteImage: (client, id) => client.deleteImage(id, options),
	progress: (client, id) => firstOf(client.progress(id, options)),
};
const tasks: Calls<TasksClient> = {
	generate: null,
	generateWithImages: null,
	images: null,
	page: null,
	providers: null,
	health: null,
	task: (client, id) => client.task(id, options),
	deleteImage: (client, id) => client.deleteImage(id, options),
};
const gemini: Calls<GeminiClient> = {
	batchPages: null,
	models: null,
	// The name of the file comes from an answer of Gemini; see below.
	responsesIn: null,
	generate: (client, model) => client.generate({ model, contents: [], config: {} }, { timeoutMs: 1_000 }),
	createBatch: (client, model) => client.createBatch({ model, displayName: 'key', requests: [] }, options),
	batch: (client, id) => client.batch(id, options),
	cancelBatch: (client, id) => client.cancelBatch(id, options),
	deleteBatch: (client, id) => client.deleteBatch(id, options),
	model: (client, id) => client.model(id, options),
};

const geminiConfig = geminiAdapter.endpoint({ apiKey: 'AIza-key' });

interface Row {
	name: string;
	run: (transport: ApiTransport, id: string) => Promise<unknown>;
}

function rowsOf<Client>(provider: string, connect: (transport: ApiTransport) => Client, calls: Calls<Client>): Row[] {
	return Object.entries(calls as Record<string, null | ((client: Client, id: string) => Promise<unknown>)>).flatMap(
		([name, call]) =>
			call === null
				? []
				: [{ name: `${provider}: ${name}`, run: (transport, id) => call(connect(transport), id) }],
	);
}

const rows: Row[] = [
	...rowsOf('Image SaaS', createImageSaasClient, imageSaas),
	...rowsOf('Z-Image', createZImageClient, zImage),
	...rowsOf('NanoBananaPro v1.6', createNanoBananaProClient, v16),
	...rowsOf('NanoBananaPro tasks', createTasksClient, tasks),
	...rowsOf('Gemini', (transport) => createGeminiClient(geminiConfig, transport), gemini),
];

const refusal = { delivery: 'notSent', retryable: false };

describe.each(rows)('$name', ({ run }) => {
	it.each(hostile)('sends nothing for %j', async (id) => {
		const { transport, sent } = closedTransport();
		await expect(run(transport, id)).rejects.toMatchObject(refusal);
		expect(sent).toEqual([]);
	});
});

it.each(['batch', 'Batch', 'b%61tch', 'search'])(
	'NanoBananaPro does not delete or read a task named %j',
	async (id) => {
		const { transport, sent } = closedTransport();
		const client = createNanoBananaProClient(transport);
		await expect(client.deleteTask(id, options)).rejects.toMatchObject({ ...refusal, code: 'invalidRequest' });
		await expect(client.detail(id, options)).rejects.toMatchObject({ ...refusal, code: 'invalidRequest' });
		expect(sent).toEqual([]);
	},
);

it.each(hostile)('Gemini reads no results from %j', async (file) => {
	const { transport, sent } = closedTransport();
	const reading = createGeminiClient(geminiConfig, transport).responsesIn(file, options);
	await expect(reading).rejects.toMatchObject({ code: 'malformedResponse', retryable: false });
	expect(sent).toEqual([]);
});

describe('a poll and a cancel of such a job', () => {
	const baseUrl = 'https://server.example';
	const sessions: Array<[string, (transport: ApiTransport) => Session]> = [
		[
			'Image SaaS',
			(transport) =>
				imageSaasAdapter.connect(imageSaasAdapter.endpoint({ baseUrl, apiKey: 'key-123456' }), transport),
		],
		['Z-Image', (transport) => zImageAdapter.connect(zImageAdapter.endpoint({ baseUrl }), transport)],
		[
			'NanoBananaPro v1.6',
			(transport) => nanoBananaProAdapter.connect(nanoBananaProAdapter.endpoint({ baseUrl }), transport),
		],
		[
			'NanoBananaPro tasks',
			(transport) =>
				nanoBananaProAdapter.connect(nanoBananaProAdapter.endpoint({ baseUrl, api: 'tasks' }), transport),
		],
		['Gemini', (transport) => geminiAdapter.connect(geminiConfig, transport)],
	];

	it.each(sessions)('%s', async (_name, connect) => {
		for (const id of hostile) {
			const { transport, sent } = closedTransport();
			const session = connect(transport);
			expect((await session.poll?.([id], options))?.get(id)).toMatchObject({ ok: false });
			if (session.cancel) await expect(session.cancel(id, options)).rejects.toMatchObject(refusal);
			expect(sent).toEqual([]);
		}
	});
});
