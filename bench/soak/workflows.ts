import type { Workflow, WorkflowNode } from '../../scripts/lib/n8nInstance';
import { type Kit, kits } from '../../test/support/conformanceKits';
import { base, chain, type Links, pack, to } from '../stage';

type Node = Omit<WorkflowNode, 'position'>;
type Fields = Record<string, unknown>;

const node = (name: string, type: string, typeVersion: number, parameters: Fields): Node => ({
	name,
	type,
	typeVersion,
	parameters,
});

/** A node of the pack. An item that fails stays an item, also where the whole node would fail. */
const ours = (name: string, type: string, parameters: Fields): Node & { onError: string } => ({
	...node(name, `${pack}${type}`, 1, parameters),
	onError: 'continueRegularOutput',
});

/** Starts by a webhook, whose body has a list in `field`. The answer has the items of the node that runs last. */
const entry = (path: string, field: string, responseMode = 'lastNode'): Node[] => [
	{
		...node('Start', `${base}webhook`, 2, {
			httpMethod: 'POST',
			path,
			responseMode,
			...(responseMode === 'lastNode' ? { responseData: 'allEntries' } : {}),
			options: {},
		}),
		webhookId: `soak-${path}`,
	},
	node('Rows', `${base}splitOut`, 1, { fieldToSplitOut: `body.${field}`, options: {} }),
];

/** Adds the number of files to each item, because an answer has only JSON. */
const report = node('Report', `${base}set`, 3.4, {
	assignments: {
		assignments: [{ id: 'f', name: 'files', type: 'number', value: '={{ Object.keys($binary ?? {}).length }}' }],
	},
	includeOtherFields: true,
	options: {},
});

const generate = (provider: string, extras: Fields = {}, more: Fields = {}) =>
	ours('Generate', 'imageGenerate', {
		provider,
		prompt: "={{ $json['body.prompts'] }}",
		maxWait: 60,
		options: extras,
		...more,
	});
const poll = ours('Poll', 'imagePoll', { maxWait: 60, options: {} });
const together = node('Together', `${base}merge`, 3.2, { numberInputs: 3 });
const afterPoll: Links = { Poll: [[to('Together', 0)], [to('Together', 1)], [to('Together', 2)]] };

/** A failure that is certainly not paid goes to another provider, without the marker that made it fail. */
const fallback: Node[] = [
	generate('imageSaas'),
	node('Failed', `${base}if`, 2.2, {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
			conditions: [
				{
					id: 'c',
					leftValue: "={{ $json.job?.status === 'failed' && $json.job.error?.outcome !== 'unknown' }}",
					rightValue: '',
					operator: { type: 'boolean', operation: 'true', singleValue: true },
				},
			],
			combinator: 'and',
		},
		looseTypeValidation: true,
		options: {},
	}),
	{
		...generate('zImage', {}, { prompt: "={{ $json.request.prompt.replace(/\\[.*/, '') }}" }),
		name: 'Generate elsewhere',
	},
	{ ...together, parameters: { numberInputs: 2 } },
	report,
];
const afterFailed: Links = {
	Failed: [[to('Generate elsewhere')], [to('Together', 1)]],
	'Generate elsewhere': [[to('Together', 0)]],
};

/** The branches run one after the other, the report last. */
const exported: Node[] = [
	generate('imageSaas'),
	ours('Convert', 'imageExport', { operation: 'convert', format: 'webp', width: 256, height: 256 }),
	ours('ZIP', 'imageExport', { operation: 'zip' }),
	ours('Sheet', 'imageExport', { operation: 'contactSheet', columns: 2 }),
	report,
];
const afterGenerate: Links = { Generate: [[to('Convert'), to('Sheet'), to('Report')]], ZIP: [], Sheet: [] };

/** A published workflow that starts by a webhook at its path. */
export interface Started {
	path: string;
	workflow: Workflow;
}

const started = (path: string, nodes: Node[], links: Links = {}): Started => ({
	path,
	workflow: chain(`Soak ${path}`, [...entry(path, 'prompts'), ...nodes], links),
});

const ofKit = ({ backend: { id }, request: { extras } = {}, prompts }: Kit): Started[] => {
	const submit = generate(id, extras, { wait: false });
	const cancel = ours('Cancel', 'imageCancel', { options: { ifNotCancelable: 'pass' } });
	return [
		started(`wait-${id}`, [generate(id, extras), report]),
		started(`poll-${id}`, [submit, poll, together, report], afterPoll),
		...(prompts.waits === undefined ? [] : [started(`cancel-${id}`, [submit, cancel, report])]),
	];
};

/** Workflows that take the items of others, without their files. */
const settling: Started[] = [
	{ path: 'poll', workflow: chain('Soak poll', [...entry('poll', 'items'), poll, together, report], afterPoll) },
	{
		path: 'recover',
		workflow: chain('Soak recover', [
			...entry('recover', 'items'),
			ours('Jobs', 'imageJobs', { operation: 'fetchResult', options: {} }),
			report,
		]),
	},
];

/** Workflows that answer with their items. */
export const answering = (): Started[] => [
	...kits.flatMap(ofKit),
	started('fallback', fallback, afterFailed),
	started('export', exported, afterGenerate),
	...settling,
];

/** A workflow that answers at once, so that it can be stopped. */
export const stoppable = (): Started => ({
	path: 'stop',
	workflow: chain('Soak stop', [...entry('stop', 'prompts', 'onReceived'), generate('imageSaas'), report]),
});

/** A workflow that n8n starts when it finds finished jobs in a provider's list. */
export const triggered = (provider: string): Workflow => ({
	...chain(`Soak trigger ${provider}`, [
		ours('Ended', 'imageJobsTrigger', {
			provider,
			pollTimes: { item: [{ mode: 'everyMinute' }] },
			download: false,
			options: {},
		}),
		node('Seen', `${base}noOp`, 1, {}),
	]),
});
