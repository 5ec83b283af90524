import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { credentialFields, downloadField, providerField, resultOptions } from '../parameters/fields';

const listing = providers.filter(({ capabilities }) => capabilities.list);

export class ImageJobsTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Jobs Trigger',
		name: 'imageJobsTrigger',
		icon: { light: 'file:imageJobsTrigger.svg', dark: 'file:imageJobsTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: "Starts the workflow when an image job has ended, by looking at the provider's list of jobs",
		defaults: { name: 'Image Jobs Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialFields('fixed').filter(({ name }) =>
			listing.some(({ credential }) => credential === name),
		),
		properties: [
			providerField(({ list }) => list),
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				options: [
					{ name: 'Canceled', value: 'canceled' },
					{ name: 'Failed', value: 'failed' },
					{ name: 'Partial', value: 'partial', description: 'Ended with fewer images than were asked for' },
					{ name: 'Succeeded', value: 'succeeded' },
				],
				default: ['succeeded', 'partial', 'failed'],
				description: 'Which ends of a job start the workflow',
			},
			downloadField,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					...resultOptions.filter(({ name }) => name === 'includeRaw'),
					{
						displayName: 'Look Back (Hours)',
						name: 'lookback',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 0,
						description:
							'When the trigger looks for the first time: how long ago a job may have ended to start the workflow too. At 0 only jobs that end afterwards do.',
					},
					...resultOptions.filter(({ name }) => name !== 'includeRaw'),
					{
						displayName: 'Prompt Contains',
						name: 'promptContains',
						type: 'string',
						default: '',
						placeholder: 'e.g. product photo',
						description:
							'Only jobs with these words in their prompt start the workflow, upper or lower case; empty takes all',
					},
					{
						displayName: 'Repeat After Restart',
						name: 'repeatAfterRestart',
						type: 'boolean',
						default: false,
						description:
							'Whether the jobs given last come once more after each restart of n8n. An n8n that dies in the milliseconds between noting a job and starting its run loses that run; this makes up for it.',
					},
				],
			},
		],
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const { pollJobs } = await import('./pollJobs');
		return await pollJobs(this);
	}
}
