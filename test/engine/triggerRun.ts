import { PollContext } from 'n8n-core';
import {
	type ICredentialDataDecryptedObject,
	type ICredentialsHelper,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeTypes,
	type IPollFunctions,
	type IWorkflowExecuteAdditionalData,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { ImageJobsTrigger } from '../../nodes/ImageJobsTrigger/ImageJobsTrigger.node';

const nodeTypes: INodeTypes = {
	getByName: () => new ImageJobsTrigger(),
	getByNameAndVersion: () => new ImageJobsTrigger(),
	getKnownTypes: () => ({}),
};
let triggers = 0;

/**
 * A published workflow with the trigger, polled as n8n does. The state is saved at activation and each time the trigger
 * gives items.
 */
export class TriggerRun {
	private workflow: Workflow;
	private saved = '{}';
	private node = new ImageJobsTrigger();
	private readonly name = `workflow-${++triggers}`;

	constructor(
		private readonly provider: string,
		private readonly credentialType: string,
		private readonly parameters: IDataObject,
		private readonly credentials: () => ICredentialDataDecryptedObject,
	) {
		this.workflow = this.load();
	}

	private load(): Workflow {
		const node: INode = {
			id: 'trigger',
			name: 'Trigger',
			type: 'pack.imageJobsTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: { provider: this.provider, download: false, ...this.parameters },
			credentials: { [this.credentialType]: { id: '1', name: 'Sandbox' } },
		};
		return new Workflow({
			id: this.name,
			name: 'test',
			active: true,
			nodeTypes,
			nodes: [node],
			connections: {},
			settings: {},
			staticData: JSON.parse(this.saved) as IDataObject,
		});
	}

	async poll({
		mode = 'trigger',
		budgetMs = 60_000,
	}: {
		mode?: WorkflowExecuteMode;
		budgetMs?: number;
	} = {}): Promise<INodeExecutionData[]> {
		const credentialsHelper = {
			getDecrypted: async () => this.credentials(),
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getCredentialsProperties: () => [],
		} as unknown as ICredentialsHelper;
		const context: unknown = new PollContext(
			this.workflow,
			Object.values(this.workflow.nodes)[0] as INode,
			{ credentialsHelper } as IWorkflowExecuteAdditionalData,
			mode,
			'activate',
			undefined,
			undefined,
			undefined,
			undefined,
			undefined,
			() => budgetMs,
		);
		const output = await this.node.poll.call(context as IPollFunctions);
		if (output) this.save();
		return output?.[0] ?? [];
	}

	async activate(): Promise<INodeExecutionData[]> {
		const items = await this.poll();
		this.save();
		return items;
	}

	/** Restarts the process: only saved data remains. */
	async restart(): Promise<void> {
		this.workflow = this.load();
		jest.resetModules();
		const { ImageJobsTrigger: Anew } = await import('../../nodes/ImageJobsTrigger/ImageJobsTrigger.node');
		this.node = new Anew();
	}

	get state(): string {
		return JSON.stringify(this.workflow.staticData);
	}

	private save(): void {
		this.saved = this.state;
	}
}
