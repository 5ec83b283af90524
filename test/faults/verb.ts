import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { waitUntil } from '../../scripts/lib/deadline';
import type { Capabilities } from '../../providers/provider';
import type { Kit } from '../support/conformanceKits';
import { impatientMs as requestMs } from '../support/impatience';
import { type Ran, ranOf, type Scene } from './scene';
import type { Seen } from './wire';

/** A step of a node that a fault can hit. */
export interface Verb {
	/** For the command line and the tables. */
	id: string;
	/** One line for docs/faults.md. */
	title: string;
	/** Number of input items. */
	inputs: number;
	/** Absent: an item for each input. A list gives any number; a trigger gives each job once, in any of its polls. */
	gives?: 'any number' | 'each once';
	/** Why the backend has no such step; null if it has. */
	missing: (kit: Kit, capabilities: Capabilities) => string | null;
	/** The requests that a fault hits. */
	target: (seen: Seen) => boolean;
	/** Whether no other request comes before them. */
	isFirst: boolean;
	/** Whether the execution sends requests that can cost money. */
	isPaid?: boolean;
	/** Whether the node ends by itself after Max Wait. */
	hasMaxWait?: boolean;
	/** Whether it reads the status of jobs from the answers. */
	readsJobs?: boolean;
	/** Whether it waits for jobs, so that it may watch them over a WebSocket. */
	waits?: boolean;
	/** Longest time of an execution without the grace, in ms. */
	limitMs: number;
	/** Runs before the fault: gives the input items. */
	prepare: (scene: Scene) => Promise<IDataObject[]>;
	/** Runs with the fault, and again without it. */
	run: (scene: Scene, items: readonly IDataObject[], maxWait: number) => Promise<Ran>;
	/** What the run without the fault must give for an item; null if it does. */
	problem: (item: INodeExecutionData) => string | null;
}

export const maxWait = 3;
/** What downloads get beyond Max Wait in these tests, in ms. */
export const downloadMs = 8_000;
/** What a download without Max Wait gets in these tests, in ms. */
export const exportMs = 12_000;
/** A call with all its attempts and the pauses between them, in ms. */
export const callMs = 4 * requestMs + 11_000;

export const isDownload = ({ headers }: Seen) => /^image\//.test(headers.accept ?? '');
export const isSubmit = (seen: Seen) => seen.method !== 'GET' && !isDownload(seen);
export const isRead = (seen: Seen) => !isSubmit(seen) && !isDownload(seen);
export const isApi = (seen: Seen) => !isDownload(seen);

export const prompts = (...texts: string[]) => texts.map((prompt) => ({ prompt }));
export const jobOf = ({ json }: INodeExecutionData) =>
	(json['job'] ?? {}) as { id?: string | null; status?: string; error?: { code: string; message: string } | null };

/** Both images are there, as files. */
export function delivered(item: INodeExecutionData): string | null {
	const { status, error } = jobOf(item);
	if (status !== 'succeeded') return `the job is ${status ?? 'missing'}: ${error?.message ?? ''}`;
	if (error) return `it has the error ${error.code}: ${error.message}`;
	return item.binary?.['image_0'] ? null : 'it has no image';
}

export const hasJobs = ({ answersAtOnce }: Kit, { poll }: Capabilities) =>
	answersAtOnce === true || poll === 'none' ? 'the submit answers with the images' : null;

/** Jobs as items of a node that did not wait. */
export async function submitted(scene: Scene, ...texts: string[]): Promise<IDataObject[]> {
	const made = await scene.run(prompts(...texts), scene.generate('imageGenerate', { wait: false }));
	return made.output('imageGenerate').map(({ json }) => json);
}

/** Jobs that have ended at the provider, as items of a node that did not wait. */
export async function ended(scene: Scene): Promise<IDataObject[]> {
	const items = await submitted(scene, 'A cat', 'A cat 2');
	await waitUntil({ for: 'the end of the jobs', withinMs: 30_000, everyMs: 20 }, () =>
		scene.sandbox.books().jobs.every(({ finishedAt }) => finishedAt !== null) ? true : undefined,
	);
	return items;
}

export async function generateOn(scene: Scene, items: readonly IDataObject[], maxWaitS: number): Promise<Ran> {
	return ranOf(await scene.run(items, scene.generate('imageGenerate', { maxWait: maxWaitS })), 'imageGenerate');
}
