import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { optionsField } from '../parameters/commonFields';
import { jobCredentials, jobFields } from '../parameters/jobForm';
import { credentialFields, jobIdField, providerOrInputField } from '../parameters/providerFields';
import { providerSubtitle } from '../parameters/subtitles';
import { type CommonDescription, TwoForms } from '../parameters/versions';

const options = optionsField([
	{
		displayName: 'If Not Cancelable',
		name: 'ifNotCancelable',
		type: 'options',
		options: [
			{ name: 'Error', value: 'error', description: 'The item fails' },
			{
				name: 'Pass',
				value: 'pass',
				description: 'The item continues with the current state of the job and the reason in job.error',
			},
		],
		default: 'error',
		description: 'What to do with a job that cannot be canceled because it runs or has ended',
	},
]);

const common: CommonDescription = {
	displayName: 'Image Cancel (Stop Jobs)',
	name: 'imageCancel',
	description: 'Cancel image jobs that are no longer needed',
	nameOnCanvas: 'Image Cancel',
};

export class ImageCancel extends TwoForms {
	constructor() {
		super(
			common,
			{
				first: {
					subtitle: 'cancel the job',
					credentials: credentialFields('fromInput'),
					properties: [providerOrInputField, jobIdField, options],
				},
				current: {
					subtitle: providerSubtitle('"cancel the job"', '"cancel jobs from the input"'),
					credentials: jobCredentials,
					properties: [...jobFields, options],
				},
			},
			{
				async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
					const { cancel } = await import('./cancel');
					return await cancel(this);
				},
			},
		);
	}
}
