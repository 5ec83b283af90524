import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { zImage } from '../../providers/zImage/definition';
import { operationProperties, operationSubtitle } from '../operations/description';
import { resources } from './resources';

export class ZImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'More from Z-Image (Batches, History)',
		name: 'zImage',
		icon: { light: 'file:zImage.svg', dark: 'file:zImage.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Work with tasks, batches and files of Z-Image, and check whether the server is up',
		defaults: { name: 'Z-Image' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: zImage.credential, required: true }],
		properties: operationProperties(resources),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runOperations } = await import('../operations/run');
		return await runOperations(this, zImage, resources);
	}
}
