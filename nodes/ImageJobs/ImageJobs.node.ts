import { type IExecuteFunctions, type INodeExecutionData, NodeConnectionTypes } from 'n8n-workflow';
import { type CommonDescription, TwoForms } from '../parameters/versions';
import { credentials, currentCredentials, currentFields, fields, operationSubtitle } from './fields';

const common: CommonDescription = {
	displayName: 'Image Jobs (History, Spending)',
	name: 'imageJobs',
	icon: { light: 'file:imageJobs.svg', dark: 'file:imageJobs.dark.svg' },
	group: ['input'],
	description: 'List the paid jobs of this n8n, fetch results that were not delivered, and settle unknown outcomes',
	defaults: { name: 'Image Jobs' },
	usableAsTool: true,
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
};

export class ImageJobs extends TwoForms {
	constructor() {
		super(
			common,
			{
				first: { subtitle: operationSubtitle, credentials, properties: fields },
				current: { subtitle: operationSubtitle, credentials: currentCredentials, properties: currentFields },
			},
			{
				async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
					const { runImageJobs } = await import('./run');
					return await runImageJobs(this);
				},
			},
		);
	}
}
