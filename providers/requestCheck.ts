import { ImageError } from '../model/errors';
import type { Extra, ImageRequest } from '../model/request';
import type { Capabilities, ExtraField, ProviderDefinition } from './provider';
import { providers } from './registry';

/** The longest prompt that is sent, in characters. Every provider's own limit is far below. */
const maxPromptLength = 32_000;

/** What is wrong with a field, and which capabilities a provider needs to accept it. */
type Problem = { field: string; problem: string; can?: (capabilities: Capabilities) => boolean };

export interface CheckOptions {
	/**
	 * True before the references are inspected, and before they are downloaded for a provider that takes only files.
	 * Only their number is checked then, and whether they can be converted to what the provider takes.
	 */
	unprepared?: boolean;
}

/**
 * Checks a request against what the provider can do, before anything is sent.
 * Throws `invalidRequest` that names the field, what is allowed, and which providers can do what was requested.
 */
export function checkRequest(provider: ProviderDefinition, request: ImageRequest, options: CheckOptions = {}): void {
	const problem: Problem | undefined =
		findProblem(provider.capabilities, request, options) ?? provider.check?.(request);
	if (!problem) return;
	const { can } = problem;
	const capable = can ? providers.filter((other) => other.id !== provider.id && can(other.capabilities)) : [];
	throw new ImageError('invalidRequest', {
		message: `${provider.displayName}: ${problem.field} ${problem.problem}`,
		hint: capable.length ? `Providers that can: ${capable.map((other) => other.displayName).join(', ')}` : null,
		delivery: 'notSent',
	});
}

function findProblem(capabilities: Capabilities, request: ImageRequest, options: CheckOptions): Problem | undefined {
	const { prompt, count, seed, strength, references = [] } = request;
	if (prompt.trim() === '') return { field: 'Prompt', problem: 'is empty' };
	if (prompt.length > maxPromptLength)
		return { field: 'Prompt', problem: `has ${prompt.length} characters; at most ${maxPromptLength} are allowed` };
	if (!Number.isInteger(count) || count < 1 || count > capabilities.maxCount) {
		return {
			field: 'Count',
			problem: `is ${count}; a whole number from 1 to ${capabilities.maxCount} is allowed`,
			can: (other) => Number.isInteger(count) && count >= 1 && count <= other.maxCount,
		};
	}
	if (request.negativePrompt !== undefined && !capabilities.negativePrompt)
		return { field: 'Negative Prompt', problem: 'is not supported', can: (other) => other.negativePrompt };
	if (seed !== undefined && !capabilities.seed)
		return { field: 'Seed', problem: 'is not supported', can: (other) => other.seed };
	if (seed !== undefined && (!Number.isInteger(seed) || seed < 0))
		return { field: 'Seed', problem: `is ${seed}; a whole number from 0 is allowed` };
	if (strength !== undefined && !capabilities.strength)
		return { field: 'Strength', problem: 'is not supported', can: (other) => other.strength };
	if (strength !== undefined && !(strength >= 0 && strength <= 1))
		return { field: 'Strength', problem: `is ${strength}; a number from 0 to 1 is allowed` };
	return (
		notOneOf('Aspect Ratio', request.aspectRatio, capabilities.aspectRatios, (other) => other.aspectRatios) ??
		notOneOf('Resolution', request.resolution, capabilities.resolutions, (other) => other.resolutions) ??
		(request.model !== undefined && capabilities.models.length === 0
			? { field: 'Model', problem: 'cannot be chosen here', can: (other) => other.models.length > 0 }
			: undefined) ??
		problemOfReferences(capabilities, references, options) ??
		problemOfExtras(capabilities, request.extras ?? {})
	);
}

function notOneOf(
	field: string,
	value: string | undefined,
	allowed: readonly string[],
	of: (capabilities: Capabilities) => readonly string[],
): Problem | undefined {
	if (value === undefined || allowed.includes(value)) return undefined;
	return {
		field,
		problem: `is "${value}"; ${allowed.length ? `allowed are ${allowed.join(', ')}` : 'it takes none'}`,
		can: (other) => of(other).includes(value),
	};
}

const filesNotSupported =
	'is a file; it takes URLs only. ' + 'Put it where the backend can fetch it (S3, a web server) and give its address';
const urlsNotSupported = 'is a URL; it takes files only. Use Image Compose, which downloads it';

function problemOfReferences(
	{ references: limits }: Capabilities,
	references: NonNullable<ImageRequest['references']>,
	{ unprepared = false }: CheckOptions,
): Problem | undefined {
	if (references.length === 0) return undefined;
	if (!limits)
		return {
			field: 'References',
			problem: 'are not supported',
			can: (other) => other.references !== null,
		};
	if (references.length > limits.max) {
		return {
			field: 'References',
			problem: `are ${references.length}; at most ${limits.max} are allowed`,
			can: (other) => (other.references?.max ?? 0) >= references.length,
		};
	}
	for (const [index, reference] of references.entries()) {
		const { kind } = reference;
		const field = `Reference ${index + 1}`;
		if (kind === 'url' && !isHttpUrl(reference.url)) return { field, problem: 'is not an http or https URL' };
		if (!limits.kinds.includes(kind) && !(unprepared && kind === 'url')) {
			const problem = kind === 'binary' ? filesNotSupported : urlsNotSupported;
			return { field, problem, can: (other) => other.references?.kinds.includes(kind) ?? false };
		}
		if (kind === 'url' || unprepared) continue;
		if (!limits.mimeTypes.includes(reference.mimeType))
			return { field, problem: `is ${reference.mimeType}; allowed are ${limits.mimeTypes.join(', ')}` };
		if (limits.maxBytes !== null && (reference.bytes ?? 0) > limits.maxBytes)
			return { field, problem: `has ${reference.bytes} bytes; at most ${limits.maxBytes} are allowed` };
	}
	return undefined;
}

function problemOfExtras(capabilities: Capabilities, extras: NonNullable<ImageRequest['extras']>): Problem | undefined {
	for (const [name, value] of Object.entries(extras)) {
		const field = capabilities.extras.find((extra) => extra.name === name);
		if (!field)
			return {
				field: name,
				problem: 'is not supported',
				can: (other) => other.extras.some((extra) => extra.name === name),
			};
		const problem = problemOf(field, value);
		if (problem) return { field: field.displayName, problem };
	}
	return undefined;
}

function problemOf(field: ExtraField, value: Extra): string | undefined {
	const reported = typeof value === 'object' ? JSON.stringify(value) : String(value);
	switch (field.type) {
		case 'options':
			return field.options.some((option) => option.value === value)
				? undefined
				: `is "${reported}"; allowed are ${field.options.map((option) => option.value).join(', ')}`;
		case 'number': {
			const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false } = field;
			const isAllowed =
				typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value));
			if (isAllowed) return undefined;
			const from = Number.isFinite(min) ? ` from ${min}` : '';
			const to = Number.isFinite(max) ? ` to ${max}` : '';
			return `is ${reported}; ${integer ? 'a whole number' : 'a number'}${from}${to} is allowed`;
		}
		case 'boolean':
			return typeof value === 'boolean' ? undefined : `is ${reported}; true or false is allowed`;
		case 'json':
			return typeof value === 'object' && !Array.isArray(value) ? undefined : 'is not a JSON object';
		case 'text':
			return typeof value === 'string' ? undefined : 'is not a text';
	}
}

function isHttpUrl(text: string): boolean {
	return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
