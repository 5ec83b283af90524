import type { IExecuteFunctions } from 'n8n-workflow';
import { abortable } from '../../jobs/runtime/clock';
import type { Wanted } from '../../jobs/submission/adoption';
import { type Choice, endpointDigest, refOf } from '../../jobs/submission/failover';
import type { Given } from '../../jobs/submission/jobMaker';
import { keepResult } from '../../jobs/submission/storedSnapshot';
import type { BudgetLimit, Memory } from '../../memory/memory';
import { ImageError, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { poolsOf } from '../endpoints/nodeEndpoint';
import type { Delivery } from '../execution/delivery';
import type { RunIdentity } from '../execution/identity';
import { makerOf } from '../execution/memory';
import { jobNotMade } from '../items/items';
import type { Fetched, Pictures } from '../pictures/pictures';
import { keepUnknownOutcome } from '../items/unknownOutcome';
import { costOf } from './budget';
import type { GenerateOptions } from './readRequest';
import { choicesOf, type Route, type Routes } from './routes';

/** One item's request on its way. */
export interface Task extends Routes {
	itemIndex: number;
	/** The route that made the job; until then the preferred one. */
	route: Route;
	options: GenerateOptions;
	wait: boolean;
	download: boolean;
	maxWaitMs: number;
	/** The item's key without an attempt; set once the request is ready to be sent. */
	key: string;
	/** The user's own key, as it goes over the wire; undefined where there is none. */
	ownWireKey: string | undefined;
}

/** How an item's job stands in the end, with the pictures that were fetched. */
export type Outcome = { snapshot: JobSnapshot; how?: Given['how'] } & Partial<Pick<Fetched, 'binary' | 'differences'>>;

/** What all items of a run have in common. */
export interface Run {
	context: IExecuteFunctions;
	poolFor: ReturnType<typeof poolsOf>;
	memory: Memory;
	identity: RunIdentity;
	limits: readonly BudgetLimit[];
	delivery: Delivery;
	savedRefs: Wanted['savedRefs'];
	pictures: Pictures;
	signal: AbortSignal | undefined;
}

const hourMs = 3_600_000;
/** How old an abandoned job may be to be taken over, in hours, unless the options say otherwise. */
const adoptWithinHours = 12;

/**
 * Gives one item its job, and stays with it where that is wanted. What it fails with stays with the item; only a
 * stopped execution is thrown.
 */
export async function runTask(run: Run, task: Task, startBy: number): Promise<Outcome> {
	const { memory, delivery } = run;
	// Until a record is found, what one would be called.
	let ref = refOf(memory, task.key);
	let isShared = false;
	let making: Promise<unknown> = Promise.resolve();
	const follow: Follow = {
		onRecord: (found, shared) => {
			ref = found;
			isShared = shared;
			delivery.add(found, shared);
		},
		onMaking: (work) => {
			making = work.catch(() => undefined);
		},
	};
	try {
		const { snapshot, ...more } = await taskDone(run, task, startBy, follow);
		return { ...more, snapshot: withRef(snapshot, ref) };
	} catch (thrown) {
		const error = toImageError(thrown);
		if (error.code === 'canceled') throw error;
		// Said once, the person knows; the next run generates anew.
		if (error.outcome === 'unknown' && error.delivery === 'notSent') delivery.reported(ref);
		return {
			snapshot: withRef(
				jobNotMade(task.route.provider.id, task.route.request.count, error.toJobError(), task.key),
				ref,
			),
		};
	} finally {
		// Whoever else wants this item's job need not wait any longer than for a request that is under way.
		delivery.track(making.then(async () => (isShared ? undefined : await memory.journal.release([ref]))));
	}
}

/** Told how an item is getting on. */
interface Follow {
	/** Which record is the item's. */
	onRecord: (ref: string, isShared: boolean) => void;
	/** The work that goes on even where the execution is stopped. */
	onMaking: (work: Promise<unknown>) => void;
}

async function taskDone(run: Run, task: Task, startBy: number, { onRecord, onMaking }: Follow): Promise<Outcome> {
	const { memory, delivery, signal, pictures } = run;
	const [first, ...others] = await choicesOf(
		task.routes,
		(provider) => run.poolFor(provider, task.itemIndex),
		task.key,
	);
	if (!first)
		throw new ImageError('invalidRequest', {
			message: 'No endpoint of the credential is for this model',
			hint: 'Add the model to one of its endpoints, or leave the Models of one empty',
			delivery: 'notSent',
		});
	const making = makerOf(memory).make(
		[first, ...others],
		wantedOf(run, task, [first, ...others]),
		{ cost: costOf(task.routes, task.options.budget?.limits ?? {}), limits: run.limits },
		{
			signal,
			deadline: startBy,
			answerWithinMs: task.maxWaitMs,
			group: run.context.getExecutionId(),
			unsupported: task.unsupported,
			onRecord,
		},
	);
	onMaking(making);
	// The user gave up: what has not begun need not be paid. Nobody waits for the answer.
	delivery.track(
		making.then(
			async (given) => (signal?.aborted === true ? await cancelQueued(run, task, given) : undefined),
			() => undefined,
		),
	);
	const given = await abortable(making, signal);
	const { endpoint, record, how } = given;
	task.route = task.routes.find(({ request }) => request === given.request) ?? task.route;
	let { snapshot } = given;
	if (record.adoptedFrom !== null && how === 'adopted')
		snapshot = { ...snapshot, job: { ...snapshot.job, adoptedFrom: record.adoptedFrom } };
	const { id } = snapshot.job;
	if (task.wait && id !== null && !isTerminal(snapshot.job.status)) {
		snapshot = await waited(run, task, given, snapshot, id);
	}
	if (
		typeof snapshot.usage?.estimatedUsd === 'number' &&
		!task.options.budget?.limits?.pricePerImage &&
		how === 'new'
	) {
		await memory.journal.change(record.ref, { cost: { ...record.cost, usd: snapshot.usage.estimatedUsd } });
	}
	const reuseDays = task.options.reuseDays ?? 0;
	if (reuseDays > 0) await memory.results.keep([record.ref], Date.now() + reuseDays * 24 * hourMs);
	const hasBytes = snapshot.images.some((image) => image.inline);
	if (snapshot.images.length > 0 && (task.download || hasBytes) && isTerminal(snapshot.job.status))
		return { ...(await pictures.fetch(snapshot, endpoint, { maxMegabytes: task.options.maxImageSize })), how };
	return { snapshot, how };
}

/** The job as it stands when it has ended or the time is up; its end goes into the journal. */
async function waited(run: Run, task: Task, given: Given, before: JobSnapshot, id: string): Promise<JobSnapshot> {
	const { memory, signal } = run;
	const { endpoint, record } = given;
	try {
		const result = await endpoint.wait(id, { deadline: Date.now() + task.maxWaitMs, signal, known: before });
		const {
			job: { endpoint: name, attempts, adoptedFrom },
		} = before;
		const latest = result.snapshot ?? before;
		const snapshot = {
			...latest,
			job: {
				...latest.job,
				...(name === undefined ? {} : { endpoint: name }),
				...(attempts ? { attempts } : {}),
				...(adoptedFrom === undefined ? {} : { adoptedFrom }),
			},
		};
		if (!result.ended)
			return keepUnknownOutcome(before, result.error ? withJobError(snapshot, result.error) : snapshot);
		const ended = keepUnknownOutcome(before, snapshot);
		await memory.journal.note(endpointDigest(memory, endpoint), [
			{ ref: record.ref, snapshot: await keepResult(memory, record.ref, ended) },
		]);
		return ended;
	} catch (thrown) {
		const error = toImageError(thrown);
		if (error.code === 'canceled') {
			run.delivery.track(cancelQueued(run, task, given));
			throw error;
		}
		return keepUnknownOutcome(before, withJobError(before, error));
	}
}

/**
 * After a stop: cancels the job where the provider says that it still waits. What runs is paid, and can be taken over
 * by the next run.
 */
async function cancelQueued({ memory }: Run, task: Task, { endpoint, snapshot, record }: Given): Promise<void> {
	const { id } = snapshot.job;
	// Of a job whose other images may have been made, nothing may be left undone: the next run settles it.
	if (snapshot.job.error?.outcome === 'unknown') return;
	if (
		task.options.cancelOnStop === false ||
		id === null ||
		!endpoint.session.cancel ||
		isTerminal(snapshot.job.status)
	)
		return;
	try {
		const observation = (await endpoint.pollOnce([id])).get(id);
		if (!observation?.ok || observation.snapshot.job.status !== 'queued') return;
		const canceled = await endpoint.cancel(id);
		// What had not begun costs nothing, and the next run has its budget back.
		if (canceled.job.status === 'canceled' && canceled.images.length === 0)
			await memory.journal.change(record.ref, { cost: { images: 0, usd: record.cost.usd === null ? null : 0 } });
		await memory.journal.note(endpointDigest(memory, endpoint), [
			{ ref: record.ref, snapshot: await keepResult(memory, record.ref, canceled) },
		]);
	} catch {
		// It runs, or has ended: the journal has it.
	}
}

function wantedOf({ context, identity, savedRefs }: Run, task: Task, choices: readonly Choice[]): Wanted {
	const adoptHours = task.options.adoptHours ?? adoptWithinHours;
	const { lineage, rootExecutionId, origin, day } = identity;
	return {
		baseKey: task.key,
		isOwnKey: task.ownWireKey !== undefined,
		wireKey: task.ownWireKey ?? task.key,
		lineage,
		rootExecutionId,
		origin: { ...origin, itemIndex: task.itemIndex },
		day: day(),
		requests: [...new Set(choices.map(({ requestDigest }) => requestDigest))],
		credentialIds: [...new Set(choices.map(({ credentialId }) => credentialId))],
		// In the editor a second click means a second picture, but one that was stopped or lost is still to be had.
		adoptWithinMs: adoptHours * hourMs,
		reuseWithinMs: (task.options.reuseDays ?? 0) * 24 * hourMs,
		savedRefs: async (executionId) =>
			executionId === context.getExecutionId() ? new Set() : await savedRefs(executionId),
	};
}

function withRef(snapshot: JobSnapshot, ref: string): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, ref } };
}

/** The job lives on at the provider; the item says why we could not follow it. */
function withJobError(snapshot: JobSnapshot, error: ImageError): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, error: error.toJobError() } };
}
