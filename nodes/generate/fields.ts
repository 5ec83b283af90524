import type { INodeProperties } from 'n8n-workflow';
import { downloadField } from '../parameters/fields';

/** Fields of every node that makes images: how long it stays with its jobs, and whether it fetches what they made. */
export const waitFields: INodeProperties[] = [
	{
		displayName: 'Wait',
		name: 'wait',
		type: 'boolean',
		default: true,
		description:
			'Whether to wait for the images. Turned off, the job is given at once, for Image Poll or a webhook to finish.',
	},
	{
		displayName: 'Max Wait (Seconds)',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 300,
		description:
			'Longest time given to each job. A job that takes longer is not lost: its item goes on as it is, and Image Poll can finish it.',
	},
	{ ...downloadField, displayOptions: { show: { wait: [true] } } },
];

const limit = (
	displayName: string,
	name: string,
	description: string,
	more: Partial<INodeProperties> = {},
): INodeProperties => ({
	displayName,
	name,
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: name.startsWith('images') ? 0 : 4 },
	default: 0,
	description,
	...more,
});

/** Options of every node that makes images. */
export const submitOptions: INodeProperties[] = [
	{
		displayName: 'Budget',
		name: 'budget',
		type: 'fixedCollection',
		placeholder: 'Add Limits',
		default: {},
		description:
			'What this node may ask for at most. An item that would pass a limit leaves with an error, and nothing is sent for it.',
		options: [
			{
				displayName: 'Limits',
				name: 'limits',
				values: [
					limit(
						'Images per Execution',
						'imagesPerExecution',
						'All runs of this node in one execution together. 0 for no limit.',
					),
					limit(
						'Images per Day',
						'imagesPerDay',
						"All executions of one day together, by the workflow's time zone. 0 for no limit.",
					),
					limit(
						'USD per Execution',
						'usdPerExecution',
						'By the price below, or the published one where that is known. 0 for no limit.',
					),
					limit(
						'USD per Day',
						'usdPerDay',
						'By the price below, or the published one where that is known. 0 for no limit.',
					),
					limit(
						'Price per Image (USD)',
						'pricePerImage',
						'What you pay for an image. 0 for the published price, which is known of Google Gemini.',
					),
				],
			},
		],
	},
	{
		displayName: 'Cancel When Stopped',
		name: 'cancelOnStop',
		type: 'boolean',
		default: true,
		description:
			'Whether stopping the execution also cancels its jobs that the provider has not begun. Jobs that run are paid: the next run of this node takes them over.',
	},
	{
		displayName: 'Idempotency Key',
		name: 'idempotencyKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.orderId }}',
		description:
			'Two requests with the same key make one job. By default each item of an execution has its own, kept when n8n retries it. Set it where the prompt holds a time or something random.',
	},
	{
		displayName: 'Reuse Within (Days)',
		name: 'reuseDays',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Give the finished images of an equal request that is not older than this, and pay nothing. 0 makes new images every time.',
	},
	{
		displayName: 'Take Over Within (Hours)',
		name: 'adoptHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 12,
		description:
			'Take over jobs that an earlier execution of this node paid for, with the same request, and could not save because it was stopped or died. 0 makes new images every time.',
	},
];
