import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentialFields, jobIdField, providerOrInputField } from '../parameters/providerFields';
import { linkOptions } from '../parameters/linkFields';
import { downloadField, resultOptions } from '../parameters/resultFields';

export class ImagePoll implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Poll (Wait for Jobs)',
		name: 'imagePoll',
		icon: { light: 'file:imagePoll.svg', dark: 'file:imagePoll.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["mode"] === "once" ? "poll once" : "wait for the images" }}',
		description: 'Wait for image jobs, or poll them once, and fetch the finished images',
		defaults: { name: 'Image Poll' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Finished', 'Pending', 'Failed'],
		credentials: credentialFields('fromInput'),
		properties: [
			providerOrInputField,
			jobIdField,
			{
				displayName: 'Mode',
				name: 'mode',
				type: 'options',
				options: [
					{
						name: 'Wait',
						value: 'wait',
						action: 'Wait until image jobs have ended',
						description:
							'Wait until each job has ended or Max Wait is over. A restart of n8n ends the execution, ' +
							'so for jobs that take minutes use Poll Once with a Wait node.',
					},
					{
						name: 'Poll Once',
						value: 'once',
						action: 'Poll image jobs once',
						description:
							'Poll each job once and return its item by the output that fits. With a Wait node behind ' +
							'Pending this is a loop that survives a restart.',
					},
				],
				default: 'wait',
				description: 'Whether to wait for jobs that have not ended',
			},
			{
				displayName: 'Max Wait (Seconds)',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 600,
				displayOptions: { show: { mode: ['wait'] } },
				description: 'Longest time for all items together. The items of slower jobs leave by Pending.',
			},
			downloadField,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [...resultOptions, ...linkOptions],
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { poll } = await import('./poll');
		return await poll(this);
	}
}
