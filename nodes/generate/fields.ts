import type { INodeProperties } from 'n8n-workflow';
import { downloadField } from '../parameters/resultFields';

/** Fields of every node that makes images: whether and how long it waits, and whether it downloads the images. */
export const waitFields: INodeProperties[] = [
	{
		displayName: 'Wait',
		name: 'wait',
		type: 'boolean',
		default: true,
		description:
			'Whether to wait for the images. If off, the node returns the jobs at once; Image Poll or a webhook ' +
			'finishes them.',
	},
	{
		displayName: 'Max Wait (Seconds)',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 300,
		description:
			'Longest time to wait for each job. A slower job is not lost: its item continues with the current state, ' +
			'and Image Poll can finish it.',
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
			'Caps on what this node may request. An item over a cap gets an error, and nothing is sent for it.',
		options: [
			{
				displayName: 'Limits',
				name: 'limits',
				values: [
					limit(
						'Images per Execution',
						'imagesPerExecution',
						'Cap for all runs of this node in one execution. 0 for no cap.',
					),
					limit(
						'Images per Day',
						'imagesPerDay',
						"Cap for all executions of one day, in the workflow's time zone. 0 for no cap.",
					),
					limit(
						'USD per Execution',
						'usdPerExecution',
						'Calculated with the price below, else with the published price if it is known. 0 for no cap.',
					),
					limit(
						'USD per Day',
						'usdPerDay',
						'Calculated with the price below, else with the published price if it is known. 0 for no cap.',
					),
					limit(
						'Price per Image (USD)',
						'pricePerImage',
						'Your price for one image. 0 for the published price, which is known for Google Gemini.',
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
			'Whether to cancel queued jobs at the provider when the execution is stopped. Running jobs are paid for; ' +
			'the next run of this node takes them over.',
	},
	{
		displayName: 'Idempotency Key',
		name: 'idempotencyKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.orderId }}',
		description:
			'Two requests with the same key make one job. By default each item of an execution has its own key, and ' +
			'keeps it when n8n retries it. Set a key if the prompt contains a time or a random value.',
	},
	{
		displayName: 'Reuse Within (Days)',
		name: 'reuseDays',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Return the finished images of an equal request that is not older than this, without paying again. 0 ' +
			'always makes new images.',
	},
	{
		displayName: 'Take Over Within (Hours)',
		name: 'adoptHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 12,
		description:
			'Take over jobs with the same request that an earlier execution of this node paid for and could not ' +
			'save, because it was stopped or died. 0 always makes new images.',
	},
];
