import type { IExecuteFunctions } from 'n8n-workflow';
import type { Budget } from '../../../jobs/submission/budget';
import { across } from '../../../jobs/endpoint/endpoints';
import type { Choice } from '../../../jobs/submission/submitAcross';
import { ImageError, outcomeOfSync, toImageError } from '../../../model/errors';
import { isTerminal, type JobSnapshot } from '../../../model/job';
import type { poolsOf } from '../endpoint';
import { refusedJob } from '../items';
import type { Fetched, Pictures } from '../pictures';
import { costOf } from './budget';
import type { ItemKeys } from './itemKeys';
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
	key: string;
	/** The key is the user's own: other executions may use it too. */
	ownKey: boolean;
}

/** How an item's job stands in the end, with the pictures that were fetched. */
export type Outcome = { snapshot: JobSnapshot } & Partial<Pick<Fetched, 'binary' | 'differences'>>;

/** What all items of a run have in common. */
export interface Run {
	context: IExecuteFunctions;
	poolFor: ReturnType<typeof poolsOf>;
	budget: Budget;
	pictures: Pictures;
	keys: ItemKeys;
	signal: AbortSignal | undefined;
}

/** Makes one item's job, and stays with it where that is wanted. What it fails with stays with the item; only a stopped execution is thrown. */
export async function runTask({ context, poolFor, budget, pictures, keys, signal }: Run, task: Task, turnBy: number): Promise<Outcome> {
	const { key, unable } = task;
	// Whoever may have made the job already is the only one to be asked again.
	const [first, ...others] = keys.boundOf(key, await choicesOf(task.routes, (provider) => poolFor(provider, task.itemIndex), key));
	if (!first) {
		const error = new ImageError('invalidRequest', { message: 'No endpoint of the credential is for this model', hint: 'Add the model to one of its endpoints, or leave the Models of one empty' });
		return { snapshot: refusedJob(task.route.provider.id, task.route.request.count, error.toJobError(), key) };
	}
	let snapshot: JobSnapshot;
	let endpoint = first.member.endpoint;
	// The user gave up: what has not begun need not be paid. Nobody waits for the answer.
	const ifStopped = ({ job }: JobSnapshot) => {
		if (task.options.cancelOnStop !== false && job.id !== null && endpoint.session.cancel) endpoint.cancel(job.id).catch(() => undefined);
	};
	const asking = (choice: Choice) => {
		endpoint = choice.member.endpoint;
		if (others.length > 0) keys.bind(key, choice);
	};
	const begunAt = Date.now();
	const boundBefore = keys.isBound(key);
	const taken = outcomeOfSync(() => budget.take(costOf(task.routes, task.options.budget?.limits ?? {})));
	if (!taken.ok) return { snapshot: refusedJob(task.route.provider.id, task.route.request.count, taken.error.toJobError(), key) };
	const settle = taken.value;
	try {
		const made = await across.submit([first, ...others], { idempotencyKey: key, signal, deadline: turnBy, group: context.getExecutionId(), unclear: keys.doubtOf(key), mayExist: keys.earlier ?? (task.ownKey ? { since: null } : undefined), ifStopped, unable, asking });
		({ snapshot, endpoint } = made);
		task.route = { provider: endpoint.provider, request: made.request };
	} catch (thrown) {
		const error = toImageError(thrown);
		// What may have been made counts as made.
		if (error.delivery !== 'ambiguous') settle();
		if (error.code === 'canceled') throw error;
		if (error.delivery === 'ambiguous') keys.doubt(key, begunAt);
		// That it refuses now says nothing of what it may have made before.
		else if (!boundBefore) keys.unbind(key);
		return { snapshot: refusedJob(endpoint.provider.id, task.route.request.count, error.toJobError(), key) };
	}
	const { id } = snapshot.job;
	if (task.wait && id !== null && !isTerminal(snapshot.job.status)) {
		try {
			const result = await endpoint.wait(id, { deadline: Date.now() + task.maxWaitMs, signal, known: snapshot });
			snapshot = result.snapshot ?? snapshot;
			if (!result.ended && result.error) snapshot = noted(snapshot, result.error);
		} catch (thrown) {
			const error = toImageError(thrown);
			if (error.code === 'canceled') {
				ifStopped(snapshot);
				throw error;
			}
			snapshot = noted(snapshot, error);
		}
	}
	if (typeof snapshot.usage?.estimatedUsd === 'number' && !task.options.budget?.limits?.pricePerImage) settle({ usd: snapshot.usage.estimatedUsd });
	const hasBytes = snapshot.images.some((image) => image.inline);
	if (snapshot.images.length > 0 && (task.download || hasBytes) && isTerminal(snapshot.job.status)) return await pictures.fetch(snapshot, endpoint, { maxMegabytes: task.options.maxImageSize });
	return { snapshot };
}

/** The job lives on at the provider; the item says why we could not follow it. */
function noted(snapshot: JobSnapshot, error: ImageError): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, error: error.toJobError() } };
}
