import { randomUUID } from 'node:crypto';
import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Capabilities } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import type { AnySandbox } from '../../sandbox/backends';
import type { RunResult, TestNode } from '../engine/harness';
import type { Kit } from '../support/conformanceKits';
import type { HostileProxy } from './hostileProxy';

/** One (provider, verb) with its own workflow and its own address, as all its executions share them. */
export class Scene {
	/** n8n keeps it when it repeats an execution. */
	readonly token = randomUUID();
	private readonly workflowId = randomUUID();

	constructor(
		readonly kit: Kit,
		readonly sandbox: AnySandbox,
		readonly proxy: HostileProxy,
	) {}

	get capabilities(): Capabilities {
		return providerById(this.kit.backend.id).capabilities;
	}

	get credential(): ICredentialDataDecryptedObject {
		const { backend, credentialFor } = this.kit;
		return {
			...backend.credential.fields(this.proxy.url),
			requestsPerMinute: 60_000,
			jobsInFlight: 0,
			...credentialFor?.('document'),
		};
	}

	/** Runs nodes on items. The last node continues on fail, so that each item has its own result. */
	async run(items: readonly IDataObject[], ...nodes: TestNode[]): Promise<RunResult> {
		// Only a run needs n8n's engine; the lists of rows and faults do not.
		const { runChain } = await import('../engine/harness');
		return await runChain({
			workflowId: this.workflowId,
			resumeToken: this.token,
			credentials: { [this.kit.backend.credential.type]: this.credential },
			nodes: [
				{ name: 'In', type: 'items', parameters: { items } },
				...nodes.map((node) => ({ settings: { onError: 'continueRegularOutput' as const }, ...node })),
			],
		});
	}

	/** Image Generate, or Image Compose, with the fields that every request to this backend needs. */
	generate(type: 'imageGenerate' | 'imageCompose', parameters: IDataObject): TestNode {
		return {
			name: type,
			type,
			parameters: {
				provider: this.kit.backend.id,
				prompt: '={{ $json.prompt }}',
				...parameters,
				options: { ...this.kit.request?.extras },
			},
		};
	}

	poll(parameters: IDataObject): TestNode {
		return { name: 'Poll', type: 'imagePoll', parameters: { provider: this.kit.backend.id, ...parameters } };
	}
}

/** What an execution gave: its items, and the error if it failed as a whole. */
export interface Ran {
	items: INodeExecutionData[];
	error?: Error & { description?: string | null };
}

/** The items of all outputs of the last node. */
export function ranOf(result: RunResult, node: string): Ran {
	const items = [0, 1, 2].flatMap((output) => result.output(node, output));
	return { items, ...(result.error ? { error: result.error } : {}) };
}
