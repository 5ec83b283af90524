import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { type CommonDescription, TwoForms } from '../parameters/versions';
import { credentials, currentCredentials, currentFields, fields, operationSubtitle } from './fields';

const common: CommonDescription = {
	displayName: 'Image Jobs (History, Spending)',
	name: 'imageJobs',
	group: 'input',
	description: 'List the paid jobs of this n8n, fetch results that were not delivered, and settle unknown outcomes',
	nameOnCanvas: 'Image Jobs',
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
