import { tryToParseDateTime } from 'n8n-workflow';
import type { RecordFilter } from '../../memory/memory';
import { ImageError, outcomeOfSync } from '../../model/errors';
import type { JobsRun } from './jobsRun';

type Filters = Pick<RecordFilter, 'credentialIds' | 'workflowId' | 'executionId' | 'since' | 'until'>;

/**
 * The filters of an item: the jobs of its credentials that match the fields of *Filters*. Throws `invalidRequest` that
 * names the field.
 */
export function readFilters({ context, credentialIdsOf }: JobsRun, itemIndex: number): Filters {
	const given = context.getNodeParameter('filters', itemIndex, {}) as Record<string, unknown>;
	const zone = context.getTimezone();
	const workflowId = textOf(given['workflowId']);
	const executionId = textOf(given['executionId']);
	const since = momentOf(given['since'], 'Since', zone, 'start');
	const until = momentOf(given['until'], 'Until', zone, 'end');
	if (since !== undefined && until !== undefined && since > until)
		throw new ImageError('invalidRequest', { message: 'Since is later than Until', delivery: 'notSent' });
	return {
		credentialIds: credentialIdsOf(itemIndex),
		...(workflowId === '' ? {} : { workflowId }),
		...(executionId === '' ? {} : { executionId }),
		...(since === undefined ? {} : { since }),
		...(until === undefined ? {} : { until }),
	};
}

/**
 * A moment in ms since the epoch; undefined if the field is empty. A day without a time means its first or last moment
 * in the workflow's time zone.
 */
function momentOf(value: unknown, field: string, zone: string, edge: 'start' | 'end'): number | undefined {
	if (typeof value === 'number') return value;
	if (value === undefined || value === null || value === '') return undefined;
	const parsed = outcomeOfSync(() => tryToParseDateTime(value, zone));
	if (!parsed.ok)
		throw new ImageError('invalidRequest', {
			message: `${field} is no date`,
			hint: 'Write a day as 2026-05-31, or a time as 2026-05-31T18:00:00',
			delivery: 'notSent',
		});
	const isDay = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value.trim());
	return (isDay && edge === 'end' ? parsed.value.endOf('day') : parsed.value).toMillis();
}

/** A value as text: an expression may return a number. */
function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
