import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService, ErrorReporter, ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	type IConnections,
	type ICredentialDataDecryptedObject,
	type ICredentialsHelper,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IRunExecutionData,
	type IVersionedNodeType,
	type IWorkflowExecuteAdditionalData,
	NodeHelpers,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { name as packageName, n8n as listed } from '../../package.json';
import { expectNoSecrets, keepLogs, keepRun } from './leftovers';

/** A file of a test item, under the name of its binary field in the item's `$binary`. */
export interface TestFile {
	base64: string;
	fileName?: string;
	mimeType?: string;
}

/** Outputs the items of a test; `$binary` becomes binary data. */
class Items implements INodeType {
	description = {
		displayName: 'Items',
		name: 'items',
		group: ['input'],
		version: 1,
		description: '',
		defaults: { name: 'Items' },
		inputs: [],
		outputs: ['main'],
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: [] }],
	} as unknown as INodeType['description'];

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getNode().parameters['items'] as unknown as IDataObject[];
		return [await Promise.all(items.map((item, index) => testItem(this, item, index)))];
	}
}

/** Gives its first input to output 0, `times` times, and then to output 1. It works like n8n's own Loop Over Items. */
class Loop implements INodeType {
	description = {
		displayName: 'Loop',
		name: 'loop',
		group: ['input'],
		version: 1,
		description: '',
		defaults: { name: 'Loop' },
		inputs: ['main'],
		outputs: ['main', 'main'],
		properties: [{ displayName: 'Times', name: 'times', type: 'number', default: 1 }],
	} as unknown as INodeType['description'];

	execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const state = this.getContext('node') as { round?: number; items?: INodeExecutionData[] };
		state.round = (state.round ?? 0) + 1;
		state.items ??= this.getInputData();
		return Promise.resolve(
			state.round <= Number(this.getNode().parameters['times']) ? [state.items, []] : [[], state.items],
		);
	}
}

async function testItem(
	{ helpers }: IExecuteFunctions,
	{ $binary = {}, ...json }: IDataObject,
	item: number,
): Promise<INodeExecutionData> {
	const files = Object.entries($binary as Record<string, TestFile>);
	const binary = await Promise.all(
		files.map(
			async ([name, { base64, fileName = `${name}.png`, mimeType = 'image/png' }]) =>
				[name, await helpers.prepareBinaryData(Buffer.from(base64, 'base64'), fileName, mimeType)] as const,
		),
	);
	return { json, pairedItem: { item }, ...(binary.length > 0 ? { binary: Object.fromEntries(binary) } : {}) };
}

/** Every node of the pack, as package.json lists them. */
const types: Record<string, INodeType | IVersionedNodeType> = { 'test.items': new Items(), 'test.loop': new Loop() };
for (const built of listed.nodes) {
	const path = built.replace(/^dist/, '../..').replace(/\.js$/, '');
	const className =
		path
			.split('/')
			.at(-1)
			?.replace(/\.node$/, '') ?? '';
	const { [className]: Node } = jest.requireActual<Record<string, new () => INodeType | IVersionedNodeType>>(path);
	if (!Node) throw new Error(`${path} has no class ${className}`);
	const node = new Node();
	types[`${packageName}.${node.description.name}`] = node;
}

const nodeTypes: INodeTypes = {
	getByName: (type) => typeOf(type),
	getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(typeOf(type), version),
	getKnownTypes: () => ({}),
};

function typeOf(type: string): INodeType | IVersionedNodeType {
	// n8n makes a second type of each node, for AI Agents.
	const found = types[type] ?? types[type.replace(/Tool$/, '')];
	if (!found) throw new Error(`The test knows no node type ${type}`);
	return found;
}

export interface TestNode {
	name: string;
	/** `items`, `loop`, or the internal name of one of the pack's nodes. */
	type: string;
	parameters?: IDataObject;
	settings?: Partial<INode>;
}

export interface RunOptions {
	/** Run one after the other: each node gets output 0 of the node before. A `loop` repeats the nodes after it. */
	nodes: TestNode[];
	/** By credential type. */
	credentials: Record<string, ICredentialDataDecryptedObject>;
	executionId?: string;
	workflowId?: string;
	/** How the execution was started. */
	mode?: WorkflowExecuteMode;
	/** n8n keeps this value when it repeats an execution: *Retry* has the same value, every new run has another. */
	resumeToken?: string;
	/** Ids of the credentials by type; default: the type's name. */
	credentialIds?: Record<string, string>;
	/**
	 * Called before each try of a node (n8n's Retry On Fail makes several), counted from 1. Changes to the node apply
	 * to this try.
	 */
	onTry?: (node: INode, attempt: number) => void | Promise<void>;
	/** Called with a function that stops the execution as n8n's Stop button does. */
	onStart?: (stop: () => void) => void;
}

export interface RunResult {
	run: IRun;
	/** Items of a node's output in its last run. */
	output(node: string, index?: number): INodeExecutionData[];
	/** Items of output 0 of every run of a node. */
	outputs(node: string): INodeExecutionData[];
	/** Message of the error that ended the execution. */
	error: (Error & { description?: string | null }) | undefined;
}

let folder: string | undefined;

/** Sets up n8n-core's services as n8n does, with binary data on disk in its own folder. */
export async function startEngine(): Promise<void> {
	folder = mkdtempSync(join(tmpdir(), 'image-pipelines-engine-'));
	process.env['N8N_USER_FOLDER'] = folder;
	Container.set(ErrorReporter, {
		error: () => undefined,
		warn: () => undefined,
		info: () => undefined,
	} as unknown as ErrorReporter);
	Object.assign(Container.get(BinaryDataConfig), {
		mode: 'filesystem',
		availableModes: ['filesystem'],
		localStoragePath: join(folder, 'binaryData'),
	});
	await Container.get(BinaryDataService).init();
	keepLogs();
}

/** Throws if a secret is readable in an item, an error, a log line or a file of the runs. */
export async function stopEngine(): Promise<void> {
	try {
		await expectNoSecrets(folder);
	} finally {
		if (folder) rmSync(folder, { recursive: true, force: true });
	}
}

export async function binaryOf(item: INodeExecutionData | undefined, name: string): Promise<Buffer> {
	const data = item?.binary?.[name];
	if (!data) throw new Error(`The item has no binary data ${name}`);
	return await Container.get(BinaryDataService).getAsBuffer(data);
}

let executions = 0;

/** The executions that n8n has saved: each one after its end. */
const saved = new Map<string, IRunExecutionData>();

/** The node types, with a report of each try of a node. */
function watched(onTry: (name: string, attempt: number) => void | Promise<void>): INodeTypes {
	const attempts = new Map<string, number>();
	return {
		...nodeTypes,
		getByNameAndVersion: (name, version) => {
			const type = nodeTypes.getByNameAndVersion(name, version);
			if (!type.execute) return type;
			const watchedType: INodeType = Object.create(type) as INodeType;
			watchedType.execute = async function (this: IExecuteFunctions, ...more: []) {
				const node = this.getNode().name;
				const attempt = (attempts.get(node) ?? 0) + 1;
				attempts.set(node, attempt);
				await onTry(node, attempt);
				return (await type.execute?.apply(this, more)) ?? [];
			};
			return watchedType;
		},
	};
}

/** Runs a chain of nodes through n8n's own execution engine. */
export async function runChain({
	nodes,
	credentials,
	executionId = String(++executions),
	workflowId = 'testWorkflow00001',
	mode = 'trigger',
	resumeToken,
	credentialIds = {},
	onTry,
	onStart,
}: RunOptions): Promise<RunResult> {
	const beforeTry = async (name: string, attempt: number) => {
		const node = workflow.getNode(name);
		if (node) await onTry?.(node, attempt);
	};
	const workflow: Workflow = new Workflow({
		id: workflowId,
		name: 'test',
		active: false,
		nodeTypes: onTry ? watched(beforeTry) : nodeTypes,
		settings: { executionOrder: 'v1' },
		nodes: nodes.map(({ name, type, parameters = {}, settings }, index) => ({
			id: `node-${index}`,
			name,
			type: isTestType(type) ? `test.${type}` : `${packageName}.${type}`,
			typeVersion: 1,
			position: [index * 200, 0],
			parameters: parameters as INode['parameters'],
			...(isTestType(type)
				? {}
				: {
						credentials: Object.fromEntries(
							Object.keys(credentials).map((type) => [
								type,
								{ id: credentialIds[type] ?? type, name: 'Sandbox' },
							]),
						),
					}),
			...settings,
		})),
		connections: connectionsOf(nodes),
	});
	const [first] = nodes;
	const start = workflow.getNode(first?.name ?? '');
	if (!start) throw new Error('The chain is empty');
	const data = createRunExecutionData({
		...(resumeToken === undefined ? {} : { resumeToken }),
		executionData: { nodeExecutionStack: [{ node: start, data: { main: [[{ json: {} }]] }, source: null }] },
	});
	const execution = new WorkflowExecute(
		additionalData(executionId, credentials, mode),
		mode,
		data,
	).processRunExecutionData(workflow);
	onStart?.(() => execution.cancel());
	const run = await execution;
	saved.set(executionId, run.data);
	keepRun(executionId, run.data, credentials);
	const { error } = run.data.resultData;
	return {
		run,
		error: error as RunResult['error'],
		outputs: (node) => (run.data.resultData.runData[node] ?? []).flatMap(({ data }) => data?.['main']?.[0] ?? []),
		output: (node, index = 0) => run.data.resultData.runData[node]?.at(-1)?.data?.['main']?.[index] ?? [],
	};
}

const isTestType = (type: string) => type === 'items' || type === 'loop';

function connectionsOf(nodes: readonly TestNode[]): IConnections {
	const connections: IConnections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: nodes[index + 1]?.name ?? '', type: 'main', index: 0 }]] },
			]),
	);
	const loop = nodes.find(({ type }) => type === 'loop');
	const last = nodes.at(-1);
	if (loop && last) connections[last.name] = { main: [[{ node: loop.name, type: 'main', index: 0 }]] };
	return connections;
}

function additionalData(
	executionId: string,
	credentials: RunOptions['credentials'],
	mode: WorkflowExecuteMode,
): IWorkflowExecuteAdditionalData {
	const workflowData = {
		id: 'testWorkflow00001',
		name: 'test',
		active: false,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		nodes: [],
		connections: {},
		activeVersionId: null,
	};
	return {
		executionId,
		credentialsHelper: {
			getDecrypted: (_data: unknown, _node: unknown, type: string) => Promise.resolve(credentials[type]),
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getCredentialsProperties: () => [],
		} as unknown as ICredentialsHelper,
		hooks: new ExecutionLifecycleHooks(mode, executionId, workflowData),
		currentNodeExecutionIndex: 0,
		restApiUrl: '',
		instanceBaseUrl: '',
		webhookBaseUrl: '',
		webhookWaitingBaseUrl: 'http://localhost:5678/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost:5678/form-waiting',
		variables: {},
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		getRunExecutionData: (id: string) => Promise.resolve(saved.get(id)),
	} as unknown as IWorkflowExecuteAdditionalData;
}
