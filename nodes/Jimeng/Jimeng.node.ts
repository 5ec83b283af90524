import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { jimeng } from '../../providers/jimeng/definition';
import { operationFields } from '../operations/operation';
import { operations, resources } from './operations';

export class Jimeng implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Jimeng / Dreamina',
		name: 'jimeng',
		icon: { light: 'file:jimeng.svg', dark: 'file:jimeng.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Chat, video and models of Jimeng and Dreamina',
		defaults: { name: 'Jimeng / Dreamina' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: jimeng.credential, required: true }],
		properties: operationFields(resources, operations),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ runs }, { runOperations }] = await Promise.all([import('./run'), import('../operations/run')]);
		return await runOperations(this, jimeng, runs);
	}
}
