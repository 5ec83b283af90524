import type { IDataObject } from 'n8n-workflow';
import type { Capabilities } from '../../providers/provider';
import type { TriggerRun } from '../engine/triggerRun';
import type { Kit } from '../support/conformanceKits';
import { ranOf, type Scene } from './scene';
import {
	type Verb,
	maxWait,
	downloadMs,
	exportMs,
	isDownload,
	isApi,
	prompts,
	jobOf,
	delivered,
	hasJobs,
	submitted,
	ended,
	generateOn,
	callMs,
} from './verb';

const polling = {
	inputs: 2,
	hasMaxWait: true,
	isFirst: true,
	prepare: ended,
	run: async (scene: Scene, items: readonly IDataObject[], maxWaitS: number) =>
		ranOf(await scene.run(items, scene.poll({ maxWait: maxWaitS })), 'Poll'),
	problem: delivered,
};

const triggers = new WeakMap<Scene, TriggerRun>();

/** The nodes that work on jobs and images that exist, and the providers' own nodes. */
export const jobVerbs: readonly Verb[] = [
	{
		...polling,
		id: 'poll',
		title: 'Image Poll: the status',
		missing: hasJobs,
		target: isApi,
		readsJobs: true,
		waits: true,
		limitMs: maxWait * 1_000 + downloadMs,
	},
	{
		...polling,
		id: 'poll-download',
		title: 'Image Poll: the images',
		missing: hasJobs,
		target: isDownload,
		isFirst: false,
		limitMs: maxWait * 1_000 + downloadMs,
	},
	{
		...polling,
		id: 'poll-once',
		hasMaxWait: false,
		title: 'Image Poll with Poll Once: the status',
		missing: hasJobs,
		target: isApi,
		readsJobs: true,
		limitMs: callMs + downloadMs,
		run: async (scene, items) => ranOf(await scene.run(items, scene.poll({ mode: 'once' })), 'Poll'),
	},
	{
		id: 'cancel',
		title: 'Image Cancel',
		inputs: 1,
		missing: (kit, { cancelable }) =>
			cancelable.length === 0 || kit.prompts.waits === undefined
				? 'cannot be canceled'
				: hasJobs(kit, { poll: 'single' } as Capabilities),
		target: isApi,
		isFirst: true,
		readsJobs: true,
		limitMs: 2 * callMs,
		prepare: async (scene) => await submitted(scene, scene.kit.prompts.waits ?? ''),
		run: async (scene, items) =>
			ranOf(
				await scene.run(items, {
					name: 'Cancel',
					type: 'imageCancel',
					parameters: { provider: scene.kit.backend.id, options: { ifNotCancelable: 'pass' } },
				}),
				'Cancel',
			),
		problem: (item) => (jobOf(item).status === 'canceled' ? null : `the job is ${jobOf(item).status ?? 'missing'}`),
	},
	{
		id: 'trigger',
		gives: 'each once',
		title: 'Image Jobs Trigger: the list of jobs',
		inputs: 2,
		missing: (kit, capabilities) => (capabilities.list ? hasJobs(kit, capabilities) : 'lists no jobs'),
		target: isApi,
		isFirst: true,
		readsJobs: true,
		limitMs: callMs + downloadMs,
		prepare: async (scene) => {
			const { TriggerRun: Trigger } = await import('../engine/triggerRun');
			const { type } = scene.kit.backend.credential;
			const trigger = new Trigger(scene.kit.backend.id, type, { download: true }, () => scene.credential);
			triggers.set(scene, trigger);
			await trigger.activate();
			const made = await generateOn(scene, prompts('A cat', 'A cat 2'), 20);
			return made.items.map(({ json }) => json);
		},
		run: async (scene) => {
			try {
				return { items: (await triggers.get(scene)?.poll()) ?? [] };
			} catch (thrown) {
				return { items: [], error: thrown as Error };
			}
		},
		problem: delivered,
	},
	{
		id: 'export',
		title: 'Image Export: images that are downloaded by their URLs',
		inputs: 2,
		missing: () => null,
		target: isDownload,
		isFirst: true,
		limitMs: 2 * exportMs,
		prepare: async (scene) => {
			const made = await scene.run(
				prompts('A cat', 'A cat 2'),
				scene.generate('imageGenerate', { download: false, maxWait: 20 }),
			);
			const items = made.output('imageGenerate').map(({ json }) => json);
			// Images that came inside the answer have no URL.
			return items.filter((item) => (item['images'] as Array<{ url: string | null }>).some(({ url }) => url));
		},
		run: async (scene, items) =>
			ranOf(
				await scene.run(items, {
					name: 'Export',
					type: 'imageExport',
					parameters: { operation: 'convert', format: 'jpeg', width: 16, provider: scene.kit.backend.id },
				}),
				'Export',
			),
		problem: ({ binary, json }) =>
			binary?.['image_0'] ? null : `it has no image: ${JSON.stringify(json['error'])}`,
	},
	{
		id: 'node',
		gives: 'any number',
		title: "An operation of the provider's own node",
		inputs: 1,
		missing: () => null,
		target: isApi,
		isFirst: true,
		limitMs: callMs,
		prepare: async () => [{}],
		run: async (scene, items) =>
			ranOf(
				await scene.run(items, {
					name: 'Node',
					type: nodeTypeOf(scene.kit),
					parameters: { ...scene.kit.freeOperation },
				}),
				'Node',
			),
		problem: ({ json }) => (json['error'] === undefined ? null : JSON.stringify(json['error'])),
	},
];

/** The provider's own node has the name of its credential. */
const nodeTypeOf = ({ backend }: Kit) => backend.credential.type.replace(/Api$/, '');
