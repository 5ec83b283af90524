import { parseJson } from '../../http/json';
import { ImageError } from '../../model/errors';
import type { Session } from '../../providers/provider';
import type { OperationCall } from './operation';

/**
 * A parameter that lists prompts: one a line, or an array, also one that is written as JSON. Throws `invalidRequest`
 * where there is none.
 */
export function promptsOf<S extends Session>({
	context,
	itemIndex,
}: Pick<OperationCall<S>, 'context' | 'itemIndex'>): string[] {
	const value: unknown = context.getNodeParameter('prompts', itemIndex, '');
	const written: unknown = typeof value === 'string' ? parseJson(value) : value;
	const given: unknown[] = Array.isArray(written) ? written : typeof value === 'string' ? value.split('\n') : [];
	const prompts = given.flatMap((prompt) =>
		typeof prompt === 'string' && prompt.trim() !== '' ? [prompt.trim()] : [],
	);
	if (prompts.length === 0)
		throw new ImageError('invalidRequest', {
			message: 'Prompts is empty',
			hint: 'Write one a line',
			delivery: 'notSent',
		});
	return prompts;
}

/** A parameter that lists names, separated by commas, or as an array. */
export function namesIn(value: unknown): string[] {
	return (Array.isArray(value) ? (value as unknown[]) : [value])
		.flatMap((entry) => (typeof entry === 'string' ? entry.split(',') : []))
		.map((name) => name.trim())
		.filter((name) => name !== '');
}
