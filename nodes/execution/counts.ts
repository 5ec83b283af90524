import type { IExecuteFunctions } from 'n8n-workflow';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { isFailure } from '../items/snapshots';
import { withoutLastDot } from './errors';

/** A job of a node run, at the end of the run. */
export interface CountedJob {
	snapshot: JobSnapshot;
	/** What this run paid for the job; absent if it paid nothing or if only another node knows the cost. */
	cost?: JobCost | undefined;
	/** The job was made before this run, and this run did not pay for it. */
	isEarlier?: boolean;
	/** Nobody knows the state of the job now, and another poll cannot help. */
	isLost?: boolean;
}

export interface JobCost {
	/** US dollars; null: the price is unknown. */
	usd: number | null;
	/** Whether the user entered the price of an image. Otherwise it is the price that the provider publishes. */
	isOwnPrice: boolean;
}

/** The states, in the order of the line. */
const states = [
	'succeeded',
	'partial',
	'running',
	'not downloaded',
	'failed',
	'canceled',
	'cannot be polled',
	'with an unknown outcome',
] as const;

function stateOf({ snapshot, isLost = false }: CountedJob): (typeof states)[number] {
	const { status, error } = snapshot.job;
	if (error?.outcome === 'unknown') return 'with an unknown outcome';
	if (!isTerminal(status)) return isLost ? 'cannot be polled' : 'running';
	return status === 'succeeded' && isFailure(snapshot) ? 'not downloaded' : status;
}

/**
 * One line about the jobs of a node run, such as "30 jobs: 28 succeeded, 2 failed. 56 images, 0.34 USD (published
 * prices)." It has no cost if no price is known.
 */
export function countsLine(jobs: readonly CountedJob[]): string {
	const counts = Map.groupBy(jobs, stateOf);
	const parts = states.flatMap((state) => (counts.has(state) ? [`${counts.get(state)?.length ?? 0} ${state}`] : []));
	const earlier = jobs.filter(({ isEarlier }) => isEarlier).length;
	const images = jobs.reduce((sum, { snapshot }) => sum + snapshot.images.length, 0);
	const hasEnded = jobs.some(({ snapshot }) => isTerminal(snapshot.job.status));
	const results = [...(hasEnded ? [counted(images, 'image')] : []), ...costParts(jobs)];
	return [
		`${counted(jobs.length, 'job')}: ${parts.join(', ')}.`,
		...(results.length > 0 ? [`${results.join(', ')}.`] : []),
		...(earlier > 0
			? [`${earlier === 1 ? '1 job was' : `${earlier} jobs were`} made before and not paid for again.`]
			: []),
	].join(' ');
}

function costParts(jobs: readonly CountedJob[]): string[] {
	const costs = jobs.flatMap(({ cost }) => cost ?? []);
	const priced = costs.filter(({ usd }) => usd !== null);
	if (priced.length === 0) return [];
	const usd = priced.reduce((sum, cost) => sum + (cost.usd ?? 0), 0);
	const source = priced.some(({ isOwnPrice }) => isOwnPrice) ? 'your price per image' : 'published prices';
	const unpriced = costs.length - priced.length;
	return [
		`${amount(usd)} USD (${source})`,
		...(unpriced > 0 ? [`price of ${counted(unpriced, 'job')} unknown`] : []),
	];
}

/** Cents; below a dollar also parts of a cent, because an image may cost less than a cent. */
const amount = (usd: number) => (usd < 1 ? usd.toFixed(4).replace(/0{1,2}$/, '') : usd.toFixed(2));

/** A number with its noun, such as "1 job" and "2 jobs". */
export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * Shows the line in the node's output when the run has ended: for several jobs, and for a single one only if a user
 * must check it.
 * @param advice what to do about failures
 */
export function showCounts(
	context: Pick<IExecuteFunctions, 'addExecutionHints'>,
	jobs: readonly CountedJob[],
	advice: string,
): void {
	const failed = jobs.filter(needsCheck).map(({ snapshot }) => snapshot);
	if (jobs.length < 2 && failed.length === 0) return;
	const error = failed.find(({ job }) => job.error !== null)?.job.error;
	context.addExecutionHints({
		message: [
			countsLine(jobs),
			...(failed.length > 0 && error
				? [`The first error: ${error.code}, ${withoutLastDot(error.message)}.`]
				: []),
			...(failed.length > 0 ? [advice] : []),
		].join(' '),
		type: failed.length > 0 ? 'warning' : 'info',
		location: 'outputPane',
	});
}

const needsCheck = ({ snapshot, isLost = false }: CountedJob) =>
	isFailure(snapshot) || isLost || snapshot.job.error?.outcome === 'unknown';
