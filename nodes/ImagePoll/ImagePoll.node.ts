import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { optionsField } from '../parameters/commonFields';
import { jobCredentials, jobFields } from '../parameters/jobForm';
import { credentialFields, jobIdField, providerOrInputField } from '../parameters/providerFields';
import { linkOptions } from '../parameters/linkFields';
import { binaryFieldOption, downloadField, resultOptions } from '../parameters/resultFields';
import { providerSubtitle } from '../parameters/subtitles';
import { type CommonDescription, TwoForms } from '../parameters/versions';

const modeFields: INodeProperties[] = [
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
					'Wait until each job has ended or Max Wait is over. A restart of n8n ends the execution, so ' +
					'for jobs that take minutes use Poll Once with a Wait node.',
			},
			{
				name: 'Poll Once',
				value: 'once',
				action: 'Poll image jobs once',
				description:
					'Poll each job once and return its item by the output that fits. With a Wait node behind Pending ' +
					'this is a loop that survives a restart.',
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
];

const common: CommonDescription = {
	displayName: 'Image Poll (Wait for Jobs)',
	name: 'imagePoll',
	description: 'Wait for image jobs, or poll them once, and fetch the finished images',
	nameOnCanvas: 'Image Poll',
	outputNames: ['Finished', 'Pending', 'Failed'],
};

const isOnce = '$parameter["mode"] === "once"';

export class ImagePoll extends TwoForms {
	constructor() {
		super(
			common,
			{
				first: {
					subtitle: `={{ ${isOnce} ? "poll once" : "wait for the images" }}`,
					credentials: credentialFields('fromInput'),
					properties: [
						providerOrInputField,
						jobIdField,
						...modeFields,
						downloadField,
						optionsField([...resultOptions, ...linkOptions]),
					],
				},
				current: {
					subtitle: providerSubtitle(
						`(${isOnce} ? "poll once" : "wait for the images")`,
						`(${isOnce} ? "poll jobs from the input once" : "wait for images from the input")`,
					),
					credentials: jobCredentials,
					properties: [
						...jobFields,
						...modeFields,
						optionsField([downloadField, binaryFieldOption, ...resultOptions, ...linkOptions]),
					],
				},
			},
			{
				async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
					const { poll } = await import('./poll');
					return await poll(this);
				},
			},
		);
	}
}
