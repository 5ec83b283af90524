import type { INodeProperties } from 'n8n-workflow';
import { downloadField } from '../fields';

/** Fields of every node that makes images: how long it stays with its jobs, and whether it fetches what they made. */
export const waitFields: INodeProperties[] = [
	{
		displayName: 'Wait',
		name: 'wait',
		type: 'boolean',
		default: true,
		description: 'Whether to wait for the images. Turned off, the job is given at once, for Image Poll or a webhook to finish.',
	},
	{
		displayName: 'Max Wait (Seconds)',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 300,
		description: 'Longest time given to each job. A job that takes longer is not lost: its item goes on as it is, and Image Poll can finish it.',
	},
	{ ...downloadField, displayOptions: { show: { wait: [true] } } },
];

/** Options of every node that makes images. */
export const submitOptions: INodeProperties[] = [
	{ displayName: 'Cancel When Stopped', name: 'cancelOnStop', type: 'boolean', default: true, description: 'Whether stopping the execution also cancels its jobs at the provider, where they can still be canceled' },
	{
		displayName: 'Idempotency Key',
		name: 'idempotencyKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.orderId }}',
		description: 'Two requests with the same key make one job. By default each item of an execution has its own, kept when n8n retries it.',
	},
];
