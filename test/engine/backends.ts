import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import type { AnySandbox } from '../../sandbox/backends';
import { type Kit, kits, startKit } from '../support/conformanceKits';
import { type RunOptions, type RunResult, runChain, startEngine, stopEngine, type TestNode } from './harness';

/** Several backends at once, each fast and without limits. */
export interface BackendsBench {
	sandbox: (id: string) => AnySandbox;
	/** Sends items through any nodes of the pack, with a credential for every backend. */
	run: (items: IDataObject[], nodes: TestNode[], more?: Partial<Omit<RunOptions, 'nodes'>>) => Promise<RunResult>;
}

/**
 * Backends and an engine for the tests of a file. Settings and books are fresh for each test.
 * @param ids undefined: every backend
 */
export function backendsBench(ids?: readonly string[]): BackendsBench {
	const wanted = kits.filter(({ backend }) => !ids || ids.includes(backend.id));
	const running = new Map<Kit, AnySandbox>();
	beforeAll(async () => {
		await startEngine();
		for (const kit of wanted) running.set(kit, await startKit(kit));
	});
	beforeEach(() => {
		for (const sandbox of running.values()) sandbox.reset();
	});
	afterAll(async () => {
		for (const sandbox of running.values()) await sandbox.close();
		await stopEngine();
	});
	const sandbox: BackendsBench['sandbox'] = (id) => {
		const [, found] = [...running].find(([{ backend }]) => backend.id === id) ?? [];
		if (!found) throw new Error(`No stand-in of ${id} is running`);
		return found;
	};
	const credentials = () =>
		Object.fromEntries(
			[...running].map(([{ backend, credentialFor }, { url }]): [string, ICredentialDataDecryptedObject] => [
				backend.credential.type,
				{
					...backend.credential.fields(url),
					requestsPerMinute: 0,
					jobsInFlight: 0,
					...credentialFor?.('document'),
				},
			]),
		);
	return {
		sandbox,
		run: (items, nodes, more = {}) =>
			runChain({
				...more,
				credentials: { ...credentials(), ...more.credentials },
				nodes: [{ name: 'In', type: 'items', parameters: { items } }, ...nodes],
			}),
	};
}
