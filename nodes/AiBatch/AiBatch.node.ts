import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { aiBatch } from '../../providers/aiBatch/definition';
import { operationProperties, operationSubtitle } from '../operations/description';
import { testAiBatch } from './credentialTest';
import { resources } from './resources';

export class AiBatch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'More from AI Batch (Files, Tools)',
		name: 'aiBatch',
		icon: { light: 'file:aiBatch.svg', dark: 'file:aiBatch.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Use everything that the AI Batch Image Generator offers besides generating',
		defaults: { name: 'AI Batch Image Generator' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		// The name as a text: a lint rule looks for it here.
		credentials: [{ name: 'aiBatchApi', required: true, testedBy: 'testAiBatch' }],
		properties: operationProperties(resources),
	};

	methods = { credentialTest: { testAiBatch } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runOperations } = await import('../operations/run');
		return await runOperations(this, aiBatch, resources);
	}
}
