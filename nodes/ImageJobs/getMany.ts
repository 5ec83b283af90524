import type { INodeExecutionData } from 'n8n-workflow';
import type { RecordFilter } from '../../memory/memory';
import type { JobRecord } from '../../memory/record';
import { ImageError } from '../../model/errors';
import { textParameter } from '../parameters/parameters';
import { deliveryCheck } from './deliveryCheck';
import { forEachItem } from './failures';
import { readFilters } from './filters';
import { isUnknown, jobItem } from './jobItem';
import type { JobsRun } from './jobsRun';

/** A choice of *Show*: the filters for the journal, and a further check of each record. */
interface Shown {
	narrowed: ReadonlyArray<Partial<RecordFilter>>;
	matches: (record: JobRecord) => boolean;
}

const shows: Record<string, Shown> = {
	all: { narrowed: [{}], matches: () => true },
	failed: { narrowed: [{ failed: true }, { states: ['notAccepted'] }], matches: () => true },
	pending: { narrowed: [{ states: ['sent', 'accepted'] }], matches: (record) => !isUnknown(record) },
	// As long as its execution runs, a job may still become an item.
	undelivered: {
		narrowed: [{ delivered: false, failed: false, states: ['accepted', 'ended'] }],
		matches: ({ deliveredAt, held }) => deliveredAt === null && held === 'free',
	},
	unknown: { narrowed: [{ states: ['sent', 'unknown'] }], matches: isUnknown },
};

/** Lists recorded jobs, newest first. */
export async function getMany(run: JobsRun): Promise<INodeExecutionData[]> {
	const { context } = run;
	const checked = deliveryCheck(run);
	return await forEachItem(run, async (itemIndex) => {
		const show = textParameter(context, 'show', itemIndex);
		const shown = Object.hasOwn(shows, show) ? shows[show] : undefined;
		if (!shown)
			throw new ImageError('invalidRequest', {
				message: `Show is "${show}"`,
				hint: `Choose one of: ${Object.keys(shows).join(', ')}`,
				delivery: 'notSent',
			});
		const records = await listed(
			run,
			{ ...readFilters(run, itemIndex), limit: readLimit(run, itemIndex) },
			shown,
			checked,
		);
		return records.map((record) => jobItem(record, { itemIndex }));
	});
}

/**
 * The newest records that match. The journal supports only some of the filters, so this reads on until there are enough
 * records.
 */
async function listed(
	{ memory }: JobsRun,
	filter: RecordFilter,
	{ narrowed, matches }: Shown,
	checked: ReturnType<typeof deliveryCheck>,
): Promise<JobRecord[]> {
	for (let limit = filter.limit; ; limit *= 2) {
		const lists = await Promise.all(
			narrowed.map(async (more) => await memory.journal.list({ ...filter, ...more, limit })),
		);
		const newest = lists
			.flat()
			.sort((a, b) => b.createdAt - a.createdAt)
			.slice(0, limit);
		const matching = (await checked(newest)).filter(matches);
		if (matching.length >= filter.limit || lists.every(({ length }) => length < limit))
			return matching.slice(0, filter.limit);
	}
}

/** The number of jobs that *Return All* and *Limit* allow. Throws `invalidRequest` for a limit below 1. */
function readLimit({ context }: JobsRun, itemIndex: number): number {
	if (context.getNodeParameter('returnAll', itemIndex, false)) return Number.POSITIVE_INFINITY;
	const limit = context.getNodeParameter('limit', itemIndex, 50);
	if (limit >= 1) return Math.floor(limit);
	throw new ImageError('invalidRequest', {
		message: `Limit is ${limit}; a number from 1 is allowed`,
		delivery: 'notSent',
	});
}
