import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { aiBatch } from '../../providers/aiBatch/definition';
import { operationFields } from '../operations/operation';
import { operations, resources } from './operations';

export class AiBatch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AI Batch Image Generator',
		name: 'aiBatch',
		icon: { light: 'file:aiBatch.svg', dark: 'file:aiBatch.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Everything the AI Batch Image Generator offers besides generating',
		defaults: { name: 'AI Batch Image Generator' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: aiBatch.credential, required: true }],
		properties: operationFields(resources, operations),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ runs }, { runOperations }] = await Promise.all([import('./run'), import('../operations/run')]);
		return await runOperations(this, aiBatch, runs);
	}
}
