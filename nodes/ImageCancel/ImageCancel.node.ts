import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentialFields, jobIdField, providerOrInputField } from '../parameters/providerFields';

export class ImageCancel implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Cancel (Stop Jobs)',
		name: 'imageCancel',
		icon: { light: 'file:imageCancel.svg', dark: 'file:imageCancel.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: 'cancel the job',
		description: 'Cancel image jobs that are no longer needed',
		defaults: { name: 'Image Cancel' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialFields('fromInput'),
		properties: [
			providerOrInputField,
			jobIdField,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					{
						displayName: 'If Not Cancelable',
						name: 'ifNotCancelable',
						type: 'options',
						options: [
							{ name: 'Error', value: 'error', description: 'The item fails' },
							{
								name: 'Pass',
								value: 'pass',
								description:
									'The item continues with the current state of the job and the reason in job.error',
							},
						],
						default: 'error',
						description: 'What to do with a job that cannot be canceled because it runs or has ended',
					},
				],
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { cancel } = await import('./cancel');
		return await cancel(this);
	}
}
