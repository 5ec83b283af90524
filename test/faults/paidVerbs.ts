import { referencesFor } from './references';
import { ranOf } from './scene';
import { impatientMs as requestMs } from '../support/impatience';
import {
	type Verb,
	maxWait,
	downloadMs,
	isDownload,
	isSubmit,
	isRead,
	prompts,
	delivered,
	hasJobs,
	generateOn,
} from './verb';

const generating = {
	inputs: 2,
	hasMaxWait: true,
	isPaid: true,
	prepare: async () => prompts('A cat', 'A cat 2'),
	run: generateOn,
	problem: delivered,
};

/** The nodes that make jobs. */
export const paidVerbs: readonly Verb[] = [
	{
		...generating,
		id: 'generate',
		title: 'Image Generate: the paid request',
		missing: () => null,
		target: isSubmit,
		isFirst: true,
		limitMs: maxWait * 1_000 + requestMs + downloadMs,
	},
	{
		...generating,
		id: 'generate-wait',
		title: 'Image Generate: waiting for the job',
		missing: hasJobs,
		target: isRead,
		isFirst: false,
		readsJobs: true,
		waits: true,
		limitMs: maxWait * 1_000 + downloadMs,
	},
	{
		...generating,
		id: 'generate-download',
		title: 'Image Generate: the images',
		missing: () => null,
		target: isDownload,
		isFirst: false,
		limitMs: maxWait * 1_000 + downloadMs,
	},
	{
		id: 'compose',
		title: 'Image Compose: the paid request, with its references',
		inputs: 2,
		hasMaxWait: true,
		missing: (_kit, { references }) => (references ? null : 'takes no references'),
		target: isSubmit,
		isFirst: true,
		isPaid: true,
		limitMs: maxWait * 1_000 + requestMs + downloadMs,
		prepare: async (scene) => referencesFor(scene.capabilities, prompts('A cat', 'A cat 2')),
		run: async (scene, items, maxWaitS) =>
			ranOf(
				await scene.run(
					items,
					scene.generate('imageCompose', { references: '={{ $json.references }}', maxWait: maxWaitS }),
				),
				'imageCompose',
			),
		problem: delivered,
	},
];
