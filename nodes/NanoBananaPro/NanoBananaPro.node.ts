import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { nanoBananaPro } from '../../providers/nanoBananaPro/definition';
import { operationProperties, operationSubtitle } from '../operations/description';
import { resources } from './resources';

export class NanoBananaPro implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'More from NanoBananaPro (History, ZIP)',
		name: 'nanoBananaPro',
		icon: { light: 'file:nanoBananaPro.svg', dark: 'file:nanoBananaPro.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Search the history of NanoBananaPro, get its images, and export them as ZIP',
		defaults: { name: 'NanoBananaPro' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: nanoBananaPro.credential, required: true }],
		properties: operationProperties(resources),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runOperations } = await import('../operations/run');
		return await runOperations(this, nanoBananaPro, resources);
	}
}
