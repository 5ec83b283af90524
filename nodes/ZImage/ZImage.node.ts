import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { zImage } from '../../providers/zImage/definition';
import { operationFields } from '../operations/operation';
import { operations, resources } from './operations';

export class ZImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Z-Image',
		name: 'zImage',
		icon: { light: 'file:zImage.svg', dark: 'file:zImage.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Tasks, batches and files of Z-Image, and whether the server is up',
		defaults: { name: 'Z-Image' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: zImage.credential, required: true }],
		properties: operationFields(resources, operations),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ runs }, { runOperations }] = await Promise.all([import('./run'), import('../operations/run')]);
		return await runOperations(this, zImage, runs);
	}
}
