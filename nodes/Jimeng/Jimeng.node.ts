import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { jimeng } from '../../providers/jimeng/definition';
import { operationProperties, operationSubtitle } from '../operations/description';
import { resources } from './resources';

export class Jimeng implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'More from Jimeng / Dreamina (Chat, Video)',
		name: 'jimeng',
		icon: { light: 'file:jimeng.svg', dark: 'file:jimeng.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Generate videos and chat with Jimeng and Dreamina, and list their models',
		defaults: { name: 'Jimeng / Dreamina' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: jimeng.credential, required: true }],
		properties: operationProperties(resources),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runOperations } = await import('../operations/run');
		return await runOperations(this, jimeng, resources);
	}
}
