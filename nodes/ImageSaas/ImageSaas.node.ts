import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { imageSaas } from '../../providers/imageSaas/definition';
import { operationProperties, operationSubtitle } from '../operations/description';
import { resources } from './resources';

export class ImageSaas implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'More from Image SaaS (Jobs, Health)',
		name: 'imageSaas',
		icon: { light: 'file:imageSaas.svg', dark: 'file:imageSaas.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: operationSubtitle(resources),
		description: 'Get jobs of Image SaaS and check whether the service is up',
		defaults: { name: 'Image SaaS' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'imageSaasApi', required: true }],
		properties: operationProperties(resources),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runOperations } = await import('../operations/run');
		return await runOperations(this, imageSaas, resources);
	}
}
