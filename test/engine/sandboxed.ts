import type { ICredentialDataDecryptedObject, IDataObject, INode } from 'n8n-workflow';
import { type Books, type ImageSaasSandbox, type Settings, startImageSaasSandbox } from '../../sandbox';
import { type RunResult, runChain, startEngine, stopEngine, type TestNode } from './harness';

export const apiKey = 'img_test_dev_123456789';

export interface Bench {
	sandbox: () => ImageSaasSandbox;
	books: () => Books;
	credential: (patch?: ICredentialDataDecryptedObject) => ICredentialDataDecryptedObject;
	/** Sends items through Image Generate. */
	generate: (items: IDataObject[], parameters?: IDataObject, settings?: Partial<INode>) => Promise<RunResult>;
	/** Sends items through one or more nodes of the pack. */
	chain: (
		items: IDataObject[],
		nodes: TestNode[],
		more?: { credential?: ICredentialDataDecryptedObject; onStart?: (stop: () => void) => void },
	) => Promise<RunResult>;
}

/** A sandbox and an engine for the tests of a file. Books and settings are fresh for each test. */
export function bench(settings: Partial<Settings> = {}): Bench {
	const calm: Partial<Settings> = {
		requestsPerMinute: 0,
		maxConcurrent: 0,
		jobDurationMs: 40,
		webhookUrl: null,
		dialect: 'document',
		...settings,
	};
	let sandbox: ImageSaasSandbox | undefined;
	const running = (): ImageSaasSandbox => {
		if (!sandbox) throw new Error('The sandbox is not running');
		return sandbox;
	};
	beforeAll(async () => {
		await startEngine();
		sandbox = await startImageSaasSandbox({ settings: calm });
	});
	beforeEach(() => {
		running().reset();
		running().settings(calm);
	});
	afterAll(async () => {
		await sandbox?.close();
		await stopEngine();
	});
	const credential: Bench['credential'] = (patch) => ({
		baseUrl: running().url,
		apiKey,
		webhookSecret: 'whsec_sandbox',
		requestsPerMinute: 0,
		jobsInFlight: 0,
		...patch,
	});
	const chain: Bench['chain'] = (items, nodes, more = {}) =>
		runChain({
			credentials: { imageSaasApi: more.credential ?? credential() },
			...(more.onStart ? { onStart: more.onStart } : {}),
			nodes: [{ name: 'In', type: 'items', parameters: { items } }, ...nodes],
		});
	return {
		sandbox: running,
		books: () => running().books(),
		credential,
		chain,
		generate: (items, parameters = {}, settings = {}) =>
			chain(items, [
				{
					name: 'Generate',
					type: 'imageGenerate',
					parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', ...parameters },
					settings,
				},
			]),
	};
}
