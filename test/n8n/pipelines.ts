import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from '../../scripts/lib/n8nInstance';
import { kits } from '../support/conformanceKits';
import { bundled } from './bundled';
import { Stage } from './instance';

export { bundled, given } from './bundled';

const backends = ['zImage', 'gemini', 'nanoBananaPro'];

export interface PipelinesBench {
	stage: Stage;
	/** Names of the files that workflows have written, by the beginning of the names. */
	files: (prefix: string) => string[];
	textOf: (name: string) => string;
	/** Runs a bundled workflow from its Manual Trigger to its end. */
	runBundled: (name: string, settings?: Record<string, unknown>, withinMs?: number) => Promise<Execution>;
	/** Enters other values in the Settings node of an installed bundled workflow. */
	changeSettings: (id: string, name: string, settings: Record<string, unknown>) => Promise<void>;
	/** Removes the faults: Image SaaS answers normally again. */
	heal: () => Promise<void>;
}

/** A real n8n with the backends of the bundled workflows. Files, settings and books are fresh for each test. */
export function pipelinesBench(): PipelinesBench {
	const stage = new Stage();
	beforeAll(async () => {
		await stage.open({ jobDurationMs: 100 });
		for (const kit of kits) if (backends.includes(kit.backend.id)) await stage.add(kit);
	}, 120_000);
	afterAll(() => stage.close());
	beforeEach(() => {
		stage.sandbox.reset();
		for (const id of backends) stage.other(id).reset();
		for (const name of readdirSync(stage.n8n.filesFolder))
			rmSync(join(stage.n8n.filesFolder, name), { recursive: true });
	});
	return {
		stage,
		files: (prefix) =>
			readdirSync(stage.n8n.filesFolder)
				.filter((name) => name.startsWith(prefix))
				.sort(),
		textOf: (name) => readFileSync(join(stage.n8n.filesFolder, name), 'utf8'),
		runBundled: async (name, settings = {}, withinMs = 120_000) =>
			await stage.run((await stage.install(bundled(name, settings))).id, withinMs),
		changeSettings: async (id, name, settings) => {
			const workflow = await stage.client.getWorkflow(id);
			const { parameters = {} } = bundled(name, settings).nodes.find((node) => node.name === 'Settings') ?? {};
			await stage.client.importWorkflow({
				...workflow,
				nodes: workflow.nodes.map((node) => (node.name === 'Settings' ? { ...node, parameters } : node)),
			});
		},
		heal: async () => {
			await fetch(`${stage.sandbox.url}/__sandbox/faults`, { method: 'DELETE' });
		},
	};
}
