import type { INodeExecutionData } from 'n8n-workflow';
import { errorCodes } from '../../model/errors';
import type { Books } from '../../sandbox/shared/books';
import type { Ran, Scene } from './scene';
import type { Verb } from './verb';

interface ItemError {
	code: string | null;
	outcome?: string | undefined;
}

/** The error of an item: of its job, or of a provider's node. */
export function errorOf({ json }: INodeExecutionData): ItemError | null {
	const { job, details, error } = json as {
		job?: { error?: { code: string; outcome?: string } | null };
		details?: { code?: string; outcome?: string; job?: { error?: { code: string; outcome?: string } | null } };
		error?: unknown;
	};
	const found = job?.error ?? details?.job?.error ?? details;
	if (found) return { code: found.code ?? null, outcome: found.outcome };
	return error === undefined ? null : { code: null };
}

/** The code that the error of a whole node names. */
function codeOfNode(error: NonNullable<Ran['error']>): string | null {
	return /\bcode (\w+)/i.exec(error.description ?? '')?.[1] ?? null;
}

/** The codes of an execution, for the table. */
export function codesOf({ items, error }: Ran): string[] {
	const codes = items.map((item) => {
		const own = errorOf(item);
		return own ? `${own.code ?? '?'}${own.outcome === 'unknown' ? ' (unknown)' : ''}` : 'none';
	});
	return [...new Set(error ? [`node: ${codeOfNode(error) ?? '?'}`, ...codes] : codes)];
}

/** Whether an execution gave an item for each input. */
export function hasAll({ gives, inputs }: Verb, items: number): boolean {
	return gives === 'any number' ? items >= inputs : items === inputs;
}

/** What is wrong with the execution under the fault. */
export function faultyRunProblems(verb: Verb, { items, error }: Ran, isHarmless: boolean): string[] {
	const problems: string[] = [];
	if (error) {
		if (!knownCode(codeOfNode(error))) problems.push(`the node failed without a code: ${error.message}`);
	} else if (!hasAll(verb, items.length) && !(verb.gives === 'each once' && items.length < verb.inputs))
		problems.push(`${items.length} items for ${verb.inputs} inputs`);
	for (const item of items) {
		const own = errorOf(item);
		if (own && !knownCode(own.code))
			problems.push(`the error code ${own.code ?? 'is missing'}: ${JSON.stringify(item.json).slice(0, 300)}`);
		const { status } = (item.json['job'] ?? {}) as { status?: string };
		if (!own && verb.problem(item) !== null && status !== 'queued' && status !== 'running')
			problems.push(`neither a result nor an error: ${verb.problem(item) ?? ''}`);
	}
	if (isHarmless && (error || !hasAll(verb, items.length) || items.some((item) => verb.problem(item) !== null)))
		problems.push(`the fault is harmless, but ${error?.message ?? JSON.stringify(items.map(verb.problem))}`);
	return problems;
}

/** What is wrong after the fault was lifted and the execution repeated. */
export function recoveredProblems(verb: Verb, scene: Scene, { items, error }: Ran): string[] {
	const problems: string[] = [];
	if (error) problems.push(`after the fault the node fails: ${error.message}`);
	else if (!hasAll(verb, items.length)) problems.push(`after the fault ${items.length} of ${verb.inputs} items`);
	const mayBeUnknown = verb.isPaid === true && scene.capabilities.idempotency !== 'native';
	const bad = items.filter((item) => verb.problem(item) !== null);
	for (const item of bad)
		if (!mayBeUnknown || errorOf(item)?.outcome !== 'unknown')
			problems.push(`after the fault: ${verb.problem(item) ?? ''} ${JSON.stringify(item.json).slice(0, 400)}`);
	const ids = items.flatMap(({ json }) => (json['job'] as { id?: string | null } | undefined)?.id ?? []);
	if (new Set(ids).size !== ids.length) problems.push(`a job is delivered twice: ${ids.join(', ')}`);
	return problems;
}

/**
 * Whether the provider made or charged more than the items asked for.
 * @param requests how many times the items asked
 */
export function booksProblems({ inputs }: Verb, books: Books, requests = 1): string[] {
	const most = inputs * requests;
	const made = books.jobs.filter(({ status }) => !/cancel|revoked/i.test(status)).length;
	const paid = books.generationsBilled;
	return [
		...(made > most ? [`${made} jobs for ${most} requests`] : []),
		...(paid > most ? [`${paid} paid for ${most} requests`] : []),
	];
}

const knownCode = (code: string | null) => code !== null && (errorCodes as string[]).includes(code);
