import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import {
	chosenCredentials,
	chosenProviderField,
	providerChoices,
	providerListField,
} from '../parameters/chosenProviders';
import { optionsField } from '../parameters/commonFields';
import { downloadField, resultOptions } from '../parameters/resultFields';
import { subtitleOf } from '../parameters/subtitles';
import { filtersField, groupByField, showField } from './listFields';
import { limitField } from '../operations/fields';
import { imageIndexField } from './onlyImage';

export type Operation = 'fetchResult' | 'forget' | 'getAll' | 'getSpending' | 'settle';

/** Value of *Provider* for all credentials of the node. */
export const allProviders = 'all';

const shown = (operations: readonly Operation[], field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { show: { ...field.displayOptions?.show, operation: [...operations] } },
});

/** Version 1: an optional credential for each provider. The node sees the jobs of the chosen credentials. */
export const credentials: INodeCredentialDescription[] = providers.map(({ id, credential }) => ({
	name: credential,
	required: false,
	displayOptions: { show: { '/provider': [allProviders, id] } },
}));

const operations: INodePropertyOptions[] = [
	{
		name: 'Fetch Result',
		value: 'fetchResult',
		action: 'Fetch the result of a job',
		description: 'Get a job with its images, even if the execution that paid for it lost them',
	},
	{
		name: 'Forget',
		value: 'forget',
		action: 'Forget a job',
		description: 'Remove a job from the records of this n8n. Nothing changes at the provider.',
	},
	{
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many jobs',
		description: 'List the recorded jobs, newest first',
	},
	{
		name: 'Get Spending',
		value: 'getSpending',
		action: 'Get spending',
		description: 'Sum jobs, images and costs',
	},
	{
		name: 'Settle',
		value: 'settle',
		action: 'Settle a job',
		description: 'Record what happened to a job of unknown outcome, after you checked at the provider',
	},
];

/** The node's subtitle. It uses the text of the node panel: `Get many jobs`. */
export const operationSubtitle = subtitleOf(operations);

const operationField: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: operations,
	default: 'getAll',
};

const providerField: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	options: [
		{
			name: 'All Chosen Credentials',
			value: allProviders,
			description: 'The jobs of every credential that is chosen in this node',
		},
		...providers
			.map(({ id, displayName }) => ({ name: displayName, value: id }))
			.sort((a, b) => a.name.localeCompare(b.name)),
	],
	default: allProviders,
	description: 'The provider of the jobs. The node sees only jobs that were made with a credential chosen here.',
};

/** Name of the field with the providers whose jobs the node sees. */
export const providersName = 'providers';

/** Since version 1.1 a list names the providers, so that only their credentials are shown and needed. */
export const currentCredentials = chosenCredentials(providers, [{ choice: allProviders, name: providersName }]);

const currentProviderFields: INodeProperties[] = [
	{
		...chosenProviderField(providers, allProviders),
		options: [
			{ name: 'Several', value: allProviders, description: 'The jobs of all providers that you choose below' },
			...providerChoices(providers),
		],
		description: 'The provider of the jobs. The node sees only jobs that were made with a credential chosen here.',
	},
	providerListField(providers, {
		name: providersName,
		choice: allProviders,
		description: 'The providers of the jobs. The node shows and needs only their credentials.',
	}),
];

export const refField: INodeProperties = {
	displayName: 'Job Ref',
	name: 'ref',
	type: 'string',
	required: true,
	default: '={{ $json.job.ref }}',
	placeholder: 'e.g. 4k7mz0q9xw2d',
	description: 'The reference that every item of this pack has in job.ref',
};

const settleFields: INodeProperties[] = [
	{
		displayName: 'Outcome',
		name: 'outcome',
		type: 'options',
		options: [
			{
				name: 'Was Made',
				value: 'wasMade',
				description:
					'The provider has the job. It counts against the budget, and a retry does not send it again.',
			},
			{
				name: 'Was Not Made',
				value: 'wasNotMade',
				description:
					'The provider does not have the job. It no longer counts against the budget, and the next retry ' +
					'sends it.',
			},
		],
		default: 'wasNotMade',
		description: 'What you found at the provider',
	},
	{
		displayName: 'Job ID',
		name: 'jobId',
		type: 'string',
		default: '',
		displayOptions: { show: { outcome: ['wasMade'] } },
		placeholder: 'e.g. cmkuz35wf00034rk15ycgzvce',
		description:
			"The provider's ID of the job, if you found it: Fetch Result and a retry then return its images. Leave " +
			'it empty if the provider has no IDs.',
	},
	{
		displayName: 'Generate Again on Retry',
		name: 'generateAgain',
		type: 'boolean',
		default: false,
		displayOptions: { show: { outcome: ['wasMade'] } },
		description:
			'Whether a retry of the item may pay for another job, if the images of this one are lost. It has no ' +
			'effect with a Job ID.',
	},
];

const fetchOptions = optionsField([imageIndexField, ...resultOptions.filter(({ name }) => name !== 'includeRaw')]);

const fieldsWith = (providerFields: readonly INodeProperties[]): INodeProperties[] => [
	operationField,
	...providerFields,
	shown(['fetchResult', 'settle', 'forget'], refField),
	shown(['getAll'], showField),
	...limitField.properties.map((field) => shown(['getAll'], field)),
	shown(['getSpending'], groupByField),
	shown(['getAll', 'getSpending'], filtersField),
	...settleFields.map((field) => shown(['settle'], field)),
	shown(['fetchResult'], downloadField),
	shown(['fetchResult'], fetchOptions),
];

/** The fields of version 1. */
export const fields = fieldsWith([providerField]);

export const currentFields = fieldsWith(currentProviderFields);
