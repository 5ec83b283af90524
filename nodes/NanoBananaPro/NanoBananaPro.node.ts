import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { nanoBananaPro } from '../../providers/nanoBananaPro/definition';
import { operationFields } from '../operations/operation';
import { operations, resources } from './operations';

export class NanoBananaPro implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'NanoBananaPro',
		name: 'nanoBananaPro',
		icon: { light: 'file:nanoBananaPro.svg', dark: 'file:nanoBananaPro.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'History, search, images and ZIP export of NanoBananaPro',
		defaults: { name: 'NanoBananaPro' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: nanoBananaPro.credential, required: true }],
		properties: operationFields(resources, operations),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ runs }, { runOperations }] = await Promise.all([import('./run'), import('../operations/run')]);
		return await runOperations(this, nanoBananaPro, runs);
	}
}
