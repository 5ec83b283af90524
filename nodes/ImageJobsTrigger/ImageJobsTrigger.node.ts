import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { credentialFields, providerField } from '../parameters/providerFields';
import { optionsField } from '../parameters/commonFields';
import { downloadField, resultOptions } from '../parameters/resultFields';
import { providerSubtitle } from '../parameters/subtitles';

const listing = providers.filter(({ capabilities }) => capabilities.list);

export class ImageJobsTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Jobs Trigger',
		name: 'imageJobsTrigger',
		icon: { light: 'file:imageJobsTrigger.svg', dark: 'file:imageJobsTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: providerSubtitle('$parameter["events"].join(", ")'),
		// n8n's node panel shows this text also for Image Jobs: it merges a trigger into the node of the same name.
		description: 'Starts the workflow when an image job has ended, or lists paid jobs, lost results and spending',
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
					{ name: 'Canceled', value: 'canceled', action: 'On image job canceled' },
					{ name: 'Failed', value: 'failed', action: 'On image job failed' },
					{
						name: 'Partial',
						value: 'partial',
						action: 'On image job partly done',
						description: 'Ended with fewer images than requested',
					},
					{ name: 'Succeeded', value: 'succeeded', action: 'On image job succeeded' },
				],
				default: ['succeeded', 'partial', 'failed'],
				description: 'Which ends of a job start the workflow',
			},
			downloadField,
			optionsField([
				...resultOptions.filter(({ name }) => name === 'includeRaw'),
				{
					displayName: 'Look Back (Hours)',
					name: 'lookback',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description:
						'At the first poll, jobs that ended within this time also start the workflow. At 0 only ' +
						'jobs that end after the first poll do.',
				},
				...resultOptions.filter(({ name }) => name !== 'includeRaw'),
				{
					displayName: 'Prompt Contains',
					name: 'promptContains',
					type: 'string',
					default: '',
					placeholder: 'e.g. product photo',
					description:
						'Only jobs whose prompt contains this text start the workflow; case does not matter. If ' +
						'empty, all do.',
				},
				{
					displayName: 'Repeat After Restart',
					name: 'repeatAfterRestart',
					type: 'boolean',
					default: false,
					description:
						'Whether to return the jobs of the last run once more after each restart of n8n. If n8n ' +
						'dies in the milliseconds between saving a job and starting its run, that run is lost; ' +
						'this option repeats it.',
				},
			]),
		],
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const { pollJobs } = await import('./pollJobs');
		return await pollJobs(this);
	}
}
