import type { AnySandbox } from '../../sandbox/backends';
import { type Opened, openKit } from './conformance';
import { type Kit, kits, startKit } from './conformanceKits';

export interface ContractBench {
	kit: Kit;
	sandbox: () => AnySandbox;
	/** The adapter over real HTTP, as the engine uses it. */
	open: (credential?: Record<string, unknown>, timeoutMs?: number) => Promise<Opened>;
	/** The accepted request of the last job, from the books. */
	lastRequest: () => Record<string, unknown>;
}

/** A backend for the contract tests of a file and a dialect. Settings and books are fresh for each test. */
export function contractBench(id: string, dialect: 'document' | 'real'): ContractBench {
	const kit = kits.find(({ backend }) => backend.id === id);
	if (!kit) throw new Error(`There is no kit of ${id}`);
	let running: AnySandbox | undefined;
	const sandbox = () => {
		if (!running) throw new Error('The sandbox is not running');
		return running;
	};
	beforeAll(async () => {
		running = await startKit(kit);
	});
	beforeEach(() => {
		sandbox().reset();
		sandbox().settings({ dialect });
	});
	afterAll(() => running?.close());
	return {
		kit,
		sandbox,
		open: (credential = {}, timeoutMs) =>
			openKit(kit, sandbox(), {
				credential: { ...kit.credentialFor?.(dialect), ...credential },
				...(timeoutMs === undefined ? {} : { timeoutMs }),
			}),
		lastRequest: () => sandbox().books().jobs.at(-1)?.request ?? {},
	};
}
