import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentialFields, jobIdField, providerOrInputField } from '../parameters/fields';

export class ImageCancel implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Cancel',
		name: 'imageCancel',
		icon: { light: 'file:imageCancel.svg', dark: 'file:imageCancel.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: 'cancel the job',
		description: 'Cancel image jobs that need not be finished',
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
								description: 'The item goes on with the job as it stands, the reason in job.error',
							},
						],
						default: 'error',
						description: 'What to do with a job that runs or has ended: those cannot be canceled',
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
