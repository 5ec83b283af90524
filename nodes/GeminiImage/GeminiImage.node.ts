import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { gemini } from '../../providers/gemini/definition';
import { operationProperties, operationSubtitle } from '../operations/description';
import { resources } from './resources';

export class GeminiImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'More from Google Gemini (Batches, Models)',
		name: 'geminiImage',
		icon: { light: 'file:geminiImage.svg', dark: 'file:geminiImage.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Generate text with images, and manage batches and models of Google Gemini',
		defaults: { name: 'Google Gemini (Image)' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: gemini.credential, required: true }],
		properties: operationProperties(resources),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runOperations } = await import('../operations/run');
		return await runOperations(this, gemini, resources);
	}
}
