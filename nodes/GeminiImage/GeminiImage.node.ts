import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { gemini } from '../../providers/gemini/definition';
import { operationFields } from '../operations/operation';
import { operations, resources } from './operations';

export class GeminiImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Google Gemini (Image)',
		name: 'geminiImage',
		icon: { light: 'file:geminiImage.svg', dark: 'file:geminiImage.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Models, batches and mixed answers of Google Gemini',
		defaults: { name: 'Google Gemini (Image)' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: gemini.credential, required: true }],
		properties: operationFields(resources, operations),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ runs }, { runOperations }] = await Promise.all([import('./run'), import('../operations/run')]);
		return await runOperations(this, gemini, runs);
	}
}
