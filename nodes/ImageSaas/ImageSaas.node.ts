import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { imageSaas } from '../../providers/imageSaas/definition';
import { operationFields } from '../operations/operation';
import { operations, resources } from './operations';

export class ImageSaas implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image SaaS',
		name: 'imageSaas',
		icon: { light: 'file:imageSaas.svg', dark: 'file:imageSaas.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Look up jobs of Image SaaS and whether the service is up',
		defaults: { name: 'Image SaaS' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'imageSaasApi', required: true }],
		properties: operationFields(resources, operations),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ runs }, { runOperations }] = await Promise.all([import('./run'), import('../operations/run')]);
		return await runOperations(this, imageSaas, runs);
	}
}
