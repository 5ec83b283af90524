import type { INodeProperties } from 'n8n-workflow';

/** The fields that select recorded jobs, and the grouping of the spending. */

export const showField: INodeProperties = {
	displayName: 'Show',
	name: 'show',
	type: 'options',
	options: [
		{ name: 'All', value: 'all', description: 'Every recorded job' },
		{
			name: 'Failed',
			value: 'failed',
			description: 'Jobs that failed or were canceled, and requests that the provider did not accept',
		},
		{ name: 'Pending', value: 'pending', description: 'Jobs that had not ended at the last poll' },
		{
			name: 'Undelivered',
			value: 'undelivered',
			description: 'Paid jobs whose item no execution has saved. Fetch Result delivers them.',
		},
		{
			name: 'Unknown Outcome',
			value: 'unknown',
			description:
				'Requests whose answer was lost: the job may exist and may be paid for. Settle records what happened.',
		},
	],
	default: 'all',
	description: 'Which jobs to return',
};

export const filtersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options: [
		{
			displayName: 'Execution ID',
			name: 'executionId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 1234',
			description: 'The execution that requested the job',
		},
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			description:
				'Jobs created at this time or later. A day without a time starts at midnight in the time zone of the ' +
				'workflow.',
		},
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'Jobs created at this time or earlier. A day without a time counts to its end.',
		},
		{
			displayName: 'Workflow ID',
			name: 'workflowId',
			type: 'string',
			default: '={{ $workflow.id }}',
			placeholder: 'e.g. Kx3mP0aQ7RtZ91bc',
			description:
				'The workflow that requested the job. The default is this workflow; without this filter all ' +
				'workflows count.',
		},
	],
};

export const groupByField: INodeProperties = {
	displayName: 'Group By',
	name: 'groupBy',
	type: 'multiOptions',
	options: [
		{ name: 'Day', value: 'day', description: 'In the time zone of the workflow that requested the job' },
		{ name: 'Model', value: 'model' },
		{ name: 'Provider', value: 'provider' },
		{ name: 'Workflow', value: 'workflow' },
	],
	default: ['day', 'provider', 'model', 'workflow'],
	description: 'Fields that the rows are grouped by. Without any, one row has the totals.',
};
