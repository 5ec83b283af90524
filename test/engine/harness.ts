import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService, ErrorReporter, ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	type ICredentialDataDecryptedObject,
	type ICredentialsHelper,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWorkflowExecuteAdditionalData,
	NodeHelpers,
	Workflow,
} from 'n8n-workflow';
import { ImageCancel } from '../../nodes/ImageCancel/ImageCancel.node';
import { ImageGenerate } from '../../nodes/ImageGenerate/ImageGenerate.node';
import { ImagePoll } from '../../nodes/ImagePoll/ImagePoll.node';
import { ImageSaas } from '../../nodes/ImageSaas/ImageSaas.node';

const packageName = 'n8n-nodes-image-pipelines';

/** Hands on the items that a test gives it. */
class Items implements INodeType {
	description = { displayName: 'Items', name: 'items', group: ['input'], version: 1, description: '', defaults: { name: 'Items' }, inputs: [], outputs: ['main'], properties: [{ displayName: 'Items', name: 'items', type: 'json', default: [] }] } as unknown as INodeType['description'];

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getNode().parameters['items'] as unknown as IDataObject[];
		return [items.map((json, item) => ({ json, pairedItem: { item } }))];
	}
}

const types: Record<string, INodeType> = {
	'test.items': new Items(),
	[`${packageName}.imageGenerate`]: new ImageGenerate(),
	[`${packageName}.imagePoll`]: new ImagePoll(),
	[`${packageName}.imageCancel`]: new ImageCancel(),
	[`${packageName}.imageSaas`]: new ImageSaas(),
};

const nodeTypes: INodeTypes = {
	getByName: (type) => typeOf(type),
	getByNameAndVersion: (type) => NodeHelpers.getVersionedNodeType(typeOf(type)),
	getKnownTypes: () => ({}),
};

function typeOf(type: string): INodeType {
	const found = types[type];
	if (!found) throw new Error(`The test knows no node type ${type}`);
	return found;
}

export interface TestNode {
	name: string;
	/** `items`, or the internal name of one of the pack's nodes. */
	type: string;
	parameters?: IDataObject;
	settings?: Partial<INode>;
}

export interface RunOptions {
	/** Run one after the other, output 0 to the next. */
	nodes: TestNode[];
	credential: ICredentialDataDecryptedObject;
	executionId?: string;
	/** Called with a function that stops the execution as n8n's Stop button does. */
	onStart?: (stop: () => void) => void;
}

export interface RunResult {
	run: IRun;
	/** Items of a node's output in its last run. */
	output(node: string, index?: number): INodeExecutionData[];
	/** Message of the error the execution ended with. */
	error: (Error & { description?: string | null }) | undefined;
}

let folder: string | undefined;

/** n8n-core's services as n8n sets them up, binary data on disk in a folder of its own. */
export async function startEngine(): Promise<void> {
	folder = mkdtempSync(join(tmpdir(), 'image-pipelines-engine-'));
	process.env['N8N_USER_FOLDER'] = folder;
	Container.set(ErrorReporter, { error: () => undefined, warn: () => undefined, info: () => undefined } as unknown as ErrorReporter);
	Object.assign(Container.get(BinaryDataConfig), { mode: 'filesystem', availableModes: ['filesystem'], localStoragePath: join(folder, 'binaryData') });
	await Container.get(BinaryDataService).init();
}

export function stopEngine(): void {
	if (folder) rmSync(folder, { recursive: true, force: true });
}

export async function binaryOf(item: INodeExecutionData | undefined, name: string): Promise<Buffer> {
	const data = item?.binary?.[name];
	if (!data) throw new Error(`The item has no binary data ${name}`);
	return await Container.get(BinaryDataService).getAsBuffer(data);
}

let executions = 0;

/** Runs a chain of nodes through n8n's own execution engine. */
export async function runChain({ nodes, credential, executionId = String(++executions), onStart }: RunOptions): Promise<RunResult> {
	const workflow = new Workflow({
		id: 'testWorkflow00001',
		name: 'test',
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1' },
		nodes: nodes.map(({ name, type, parameters = {}, settings }, index) => ({
			id: `node-${index}`,
			name,
			type: type === 'items' ? 'test.items' : `${packageName}.${type}`,
			typeVersion: 1,
			position: [index * 200, 0],
			parameters: parameters as INode['parameters'],
			...(type === 'items' ? {} : { credentials: { imageSaasApi: { id: '1', name: 'Sandbox' } } }),
			...settings,
		})),
		connections: Object.fromEntries(nodes.slice(0, -1).map(({ name }, index) => [name, { main: [[{ node: nodes[index + 1]?.name ?? '', type: 'main', index: 0 }]] }])),
	});
	const [first] = nodes;
	const start = workflow.getNode(first?.name ?? '');
	if (!start) throw new Error('The chain is empty');
	const data = createRunExecutionData({ executionData: { nodeExecutionStack: [{ node: start, data: { main: [[{ json: {} }]] }, source: null }] } });
	const execution = new WorkflowExecute(additionalData(executionId, credential), 'trigger', data).processRunExecutionData(workflow);
	onStart?.(() => execution.cancel());
	const run = await execution;
	const { error } = run.data.resultData;
	return {
		run,
		error: error as RunResult['error'],
		output: (node, index = 0) => run.data.resultData.runData[node]?.at(-1)?.data?.['main']?.[index] ?? [],
	};
}

function additionalData(executionId: string, credential: ICredentialDataDecryptedObject): IWorkflowExecuteAdditionalData {
	const workflowData = { id: 'testWorkflow00001', name: 'test', active: false, isArchived: false, createdAt: new Date(0), updatedAt: new Date(0), nodes: [], connections: {}, activeVersionId: null };
	return {
		executionId,
		credentialsHelper: { getDecrypted: () => Promise.resolve(credential), getParentTypes: () => [], isCredentialUsableByNode: () => true, getCredentialsProperties: () => [] } as unknown as ICredentialsHelper,
		hooks: new ExecutionLifecycleHooks('trigger', executionId, workflowData),
		currentNodeExecutionIndex: 0,
		restApiUrl: '',
		instanceBaseUrl: '',
		webhookBaseUrl: '',
		webhookWaitingBaseUrl: 'http://localhost:5678/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost:5678/form-waiting',
		variables: {},
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
	} as unknown as IWorkflowExecuteAdditionalData;
}
