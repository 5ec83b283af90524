import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentials, fields, operationSubtitle } from './fields';

export class ImageJobs implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Jobs (History, Spending)',
		name: 'imageJobs',
		icon: { light: 'file:imageJobs.svg', dark: 'file:imageJobs.dark.svg' },
		group: ['input'],
		version: [1],
		// n8n adds "Custom API Call" where the two are equal. It would call one API; this node does not belong to one.
		defaultVersion: 1,
		subtitle: operationSubtitle,
		description:
			'List the paid jobs of this n8n, fetch results that were not delivered, and settle unknown outcomes',
		defaults: { name: 'Image Jobs' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials,
		properties: fields,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { runImageJobs } = await import('./run');
		return await runImageJobs(this);
	}
}
