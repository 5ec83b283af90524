import {
	type IExecuteFunctions,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentialFields, providerField } from '../parameters/providerFields';
import { optionsField } from '../parameters/commonFields';
import { resultOptions } from '../parameters/resultFields';
import { providerSubtitle } from '../parameters/subtitles';

export class ImageWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Webhook Trigger',
		name: 'imageWebhookTrigger',
		icon: { light: 'file:imageWebhookTrigger.svg', dark: 'file:imageWebhookTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: providerSubtitle('$parameter["events"].join(", ")'),
		description: 'Starts the workflow when a provider reports that an image job has ended',
		defaults: { name: 'Image Webhook Trigger' },
		eventTriggerDescription: 'Waiting for the provider to report a job',
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialFields('fixed'),
		// n8n answers after it has recorded the execution. It sends the body of `webhook()` only if `responseData` is
		// empty.
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData: '',
				path: 'image-jobs',
				isFullPath: false,
			},
		],
		properties: [
			{
				displayName:
					'Enter the URL above as the webhook address at your provider, and put its signing secret into ' +
					'the credential. Deliveries with a wrong or missing signature are rejected.',
				name: 'setupNotice',
				type: 'notice',
				default: '',
			},
			providerField(({ webhook }) => webhook),
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				options: [
					{ name: 'Canceled', value: 'canceled', action: 'On image job canceled' },
					{ name: 'Failed', value: 'failed', action: 'On image job failed' },
					{
						name: 'Other',
						value: 'other',
						action: 'On other image job status',
						description: 'Any status that is not final, and any unknown status',
					},
					{ name: 'Succeeded', value: 'succeeded', action: 'On image job succeeded' },
				],
				default: ['succeeded', 'failed', 'canceled', 'other'],
				description: 'Which deliveries start the workflow; others are acknowledged and ignored',
			},
			optionsField([
				{
					displayName: 'De-Duplication Window (Hours)',
					name: 'dedupeHours',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 72,
					description:
						'How long a delivery is remembered. A repeated one is acknowledged and does not run ' +
						'again. 0 runs every delivery.',
				},
				{
					displayName: 'Download Images',
					name: 'download',
					type: 'boolean',
					default: false,
					description:
						'Whether to fetch the images. Image Poll can fetch those that cannot be downloaded at ' +
						'once.',
				},
				...resultOptions.filter(({ name }) => name === 'maxImageSize'),
				{
					displayName: 'Max Body Size (KB)',
					name: 'maxBodyKilobytes',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 1024,
					description: 'Larger deliveries are rejected with status 413',
				},
				{
					displayName: 'Tolerance (Seconds)',
					name: 'toleranceSeconds',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 300,
					description:
						'How much the time in a delivery may differ from the time of n8n. Older deliveries may ' +
						'be replayed by an attacker, so they are rejected.',
				},
			]),
		],
	};

	/**
	 * The provider has no call that registers a webhook: its operator enters the URL. When the workflow is published,
	 * the node checks that the credential has a secret.
	 */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(false);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				const { assertSecret } = await import('./receive');
				return await assertSecret(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { receive } = await import('./receive');
		return await receive(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { run } = await import('./run');
		return await run(this);
	}
}
