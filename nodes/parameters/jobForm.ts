import type { INodeProperties } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import {
	chosenCredentials,
	chosenProviderField,
	inputProviders,
	inputProvidersField,
	providerChoices,
} from './chosenProviders';
import { fromInput, jobIdField } from './providerFields';

/** The fields of version 1.1 that name a job: its provider and ID. */
export const jobFields: INodeProperties[] = [
	{
		...chosenProviderField(providers, fromInput),
		options: [
			{ name: 'From Input', value: fromInput, description: 'The provider that each item names in job.provider' },
			...providerChoices(providers),
		],
		description: 'The service or server that runs the job',
	},
	inputProvidersField(providers),
	jobIdField,
];

export const jobCredentials = chosenCredentials(providers, [{ choice: fromInput, name: inputProviders }]);
