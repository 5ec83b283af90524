import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentials, fields } from './fields';

export class ImageJobs implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Jobs',
		name: 'imageJobs',
		icon: { light: 'file:imageJobs.svg', dark: 'file:imageJobs.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle:
			'={{ ({ fetchResult: "Fetch result", forget: "Forget job", getAll: "Get many jobs", getSpending: "Get spending", settle: "Settle job" })[$parameter["operation"]] }}',
		description:
			'List the jobs that this n8n has paid for, fetch results that were not delivered, and settle unknown outcomes',
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
