import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { apiTimes } from '../../http/apiClient';
import { downloadTimes } from '../../nodes/pictures/downloadTime';
import { identityOf } from '../../jobs/endpoint/identity';
import { endpointDigest } from '../../jobs/submission/failover';
import type { NewRecord } from '../../memory/record';
import { newRecord, snapshot } from '../../memory/testing/samples';
import { packMemory } from '../../nodes/execution/memory';
import { imageSaas } from '../../providers/imageSaas/definition';
import { backends } from '../../sandbox/backends';
import { runChain, startEngine, stopEngine, type TestNode } from './harness';

/** A server that takes every request and never answers. */
class SilentServer {
	private readonly sockets = new Set<Socket>();
	private readonly server: Server;
	requests = 0;

	constructor() {
		this.server = createServer(() => this.requests++);
		this.server.on('connection', (socket) => this.sockets.add(socket));
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	close(): void {
		for (const socket of this.sockets) socket.destroy();
		this.server.close();
	}
}

let api: SilentServer;
let host: SilentServer;
const preset = { api: { ...apiTimes }, downloads: { ...downloadTimes } };
beforeAll(startEngine);
afterAll(stopEngine);
beforeEach(async () => {
	[api, host] = [new SilentServer(), new SilentServer()];
	// Image Export has no credential that could allow the host.
	process.env['N8N_SSRF_ALLOWED_HOSTNAMES'] = '127.0.0.1';
	await Promise.all([api.start(), host.start()]);
});
afterEach(() => {
	api.close();
	host.close();
	delete process.env['N8N_SSRF_ALLOWED_HOSTNAMES'];
	Object.assign(apiTimes, preset.api);
	Object.assign(downloadTimes, preset.downloads);
});

function run(items: IDataObject[], node: Omit<TestNode, 'name'>, onStart?: (stop: () => void) => void) {
	const credentials = Object.fromEntries(
		backends.map(({ credential }): [string, ICredentialDataDecryptedObject] => [
			credential.type,
			{ ...credential.fields(api.url), requestsPerMinute: 0, jobsInFlight: 0, allowedHosts: '127.0.0.1' },
		]),
	);
	return runChain({
		credentials,
		nodes: [
			{ name: 'In', type: 'items', parameters: { items } },
			{ name: 'Node', ...node },
		],
		...(onStart ? { onStart } : {}),
	});
}

/** An item of a running job, or of an ended one with an image at the silent host. */
const job = (id: string, status = 'running'): IDataObject => ({
	job: { provider: 'imageSaas', id, status, progress: null, total: 1, completed: null, error: null },
	images: status === 'succeeded' ? [{ index: 0, url: `${host.url}/a.png`, fileName: 'a.png' }] : [],
	request: {},
});
const provider = { provider: 'imageSaas', prompt: 'A fox' };

/** An item of a job that is in the journal. */
const recorded = { job: { ref: 'silent000000' } };

async function recordJob(): Promise<void> {
	const memory = await packMemory();
	const adapter = await imageSaas.load();
	const { credential } = backends.find(({ id }) => id === 'imageSaas') ?? {};
	const config = adapter.endpoint({ ...credential?.fields(api.url), requestsPerMinute: 0, jobsInFlight: 0 });
	const endpoint = { ...newRecord('silent').endpoint, provider: 'imageSaas', credentialId: 'imageSaasApi' };
	endpoint.digest = endpointDigest(memory, { identity: identityOf(imageSaas, config) });
	const record: NewRecord = { ...newRecord('silent'), ref: 'silent000000', endpoint };
	await memory.journal.begin(record, []);
	await memory.journal.change(record.ref, { state: { state: 'accepted', snapshot: snapshot('running') } });
	await memory.journal.finish([record.ref], { delivered: true });
}

/** What a node does, and which server is silent. */
const cases: Array<[what: string, node: () => Omit<TestNode, 'name'>, items?: () => IDataObject[], silent?: 'host']> = [
	['Image Generate', () => ({ type: 'imageGenerate', parameters: provider })],
	[
		'Image Compose',
		() => ({ type: 'imageCompose', parameters: { ...provider, references: 'https://example.com/a.png' } }),
	],
	[
		'Image Compose, reference',
		() => ({
			type: 'imageCompose',
			parameters: { provider: 'gemini', prompt: 'A fox', references: `${host.url}/a.png` },
		}),
		() => [{}],
		'host',
	],
	['Image Poll, Wait', () => ({ type: 'imagePoll', parameters: {} }), () => [job('a')]],
	['Image Poll, Poll Once', () => ({ type: 'imagePoll', parameters: { mode: 'once' } }), () => [job('a')]],
	['Image Cancel', () => ({ type: 'imageCancel', parameters: {} }), () => [job('a'), job('b')]],
	[
		'Image Export, Convert',
		() => ({ type: 'imageExport', parameters: { operation: 'convert' } }),
		() => [job('a', 'succeeded')],
		'host',
	],
	[
		'Image Export, ZIP',
		() => ({ type: 'imageExport', parameters: { operation: 'zip' } }),
		() => [job('a', 'succeeded')],
		'host',
	],
	[
		'Image Export, Save',
		() => ({ type: 'imageExport', parameters: { operation: 'save', folder: '/nowhere' } }),
		() => [job('a', 'succeeded')],
		'host',
	],
	[
		'Image Jobs, Fetch Result',
		() => ({ type: 'imageJobs', parameters: { operation: 'fetchResult' } }),
		() => [recorded],
	],
	['Image SaaS', () => ({ type: 'imageSaas', parameters: { resource: 'service', operation: 'getHealth' } })],
	['NanoBananaPro', () => ({ type: 'nanoBananaPro', parameters: { resource: 'service', operation: 'getHealth' } })],
	['Z-Image', () => ({ type: 'zImage', parameters: { resource: 'task', operation: 'cancel', taskId: 'a' } })],
	['Jimeng', () => ({ type: 'jimeng', parameters: { resource: 'model', operation: 'getAll' } })],
	[
		'AI Batch',
		() => ({
			type: 'aiBatch',
			parameters: { resource: 'monitoring', operation: 'logEvent', eventType: 'a', message: 'b' },
		}),
	],
	['Google Gemini', () => ({ type: 'geminiImage', parameters: { resource: 'model', operation: 'getAll' } })],
];

it.each(cases)('%s: Stop ends the execution within a second', async (what, node, items = () => [{}], silent) => {
	if (what.startsWith('Image Jobs')) await recordJob();
	let stoppedAt = 0;
	const result = await run(items(), node(), (stop) => {
		const timer = setInterval(() => {
			if ((silent === 'host' ? host : api).requests === 0) return;
			clearInterval(timer);
			stoppedAt = performance.now();
			stop();
		}, 10);
	});
	expect(stoppedAt).toBeGreaterThan(0);
	expect(performance.now() - stoppedAt).toBeLessThan(1_000);
	expect(result.run.status).toBe('canceled');
});

/** The time of an answer is short in these tests. */
const answerMs = 400;

it.each([
	['Image Poll, Poll Once', { type: 'imagePoll', parameters: { mode: 'once' } }, 30],
	['Image Cancel', { type: 'imageCancel', parameters: {} }, 30],
	['Image SaaS', { type: 'imageSaas', parameters: { resource: 'service', operation: 'getHealth' } }, 1],
])(
	'%s waits for no more than two answers of a silent API, however many items there are',
	async (_what, node, count) => {
		apiTimes.answerMs = answerMs;
		const items = Array.from({ length: count }, (_, n) => job(`job-${n}`));
		const began = performance.now();
		const result = await run(items, { ...node, settings: { onError: 'continueRegularOutput' } });
		const tookMs = performance.now() - began;
		expect(result.error).toBeUndefined();
		expect(tookMs).toBeLessThan(answerMs * 2 + 1_000);
		const failed = [0, 1, 2].flatMap((output) => result.output('Node', output));
		expect(failed).toHaveLength(count);
		expect(api.requests).toBeLessThanOrEqual(20);
	},
);
