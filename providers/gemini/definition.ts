import type { ImageRequest } from '../../model/request';
import type { ProviderDefinition } from '../provider';
import type { GeminiSession } from './adapter';
import { capabilities } from './capabilities';
import { defaultModel, modelOf, models } from './models';
import { estimateUsd } from './usage';

/** A request may have 20 MB, and a file grows by a third when it is encoded. */
const maxReferenceBytes = 14 * 1024 * 1024;

export const gemini: ProviderDefinition<GeminiSession> = {
	id: 'gemini',
	displayName: 'Google Gemini',
	credential: 'geminiImageApi',
	keyField: 'apiKey',
	capabilities,
	about: { summary: "Google's models.", needs: 'apiKey', answers: 'whenDone' },
	check: (request) => resolutionProblem(request) ?? sizeProblem(request),
	estimateUsd,
	load: async () => (await import('./adapter')).geminiAdapter,
};

function resolutionProblem({ model, resolution }: ImageRequest) {
	const name = model ?? defaultModel({ resolution });
	const known = modelOf(name);
	if (resolution === undefined || known?.resolutions.includes(resolution) !== false) return undefined;
	const capable = Object.entries(models).flatMap(([other, { resolutions }]) =>
		resolutions.includes(resolution) ? [other] : [],
	);
	const allowed = known.resolutions.length ? known.resolutions.join(', ') : 'none';
	return {
		field: 'Resolution',
		problem: `is "${resolution}"; ${name} takes ${allowed}. Models that take it: ${capable.join(', ')}`,
	};
}

function sizeProblem({ references = [] }: ImageRequest) {
	const bytes = references.reduce(
		(sum, reference) => sum + (reference.kind === 'binary' ? (reference.bytes ?? 0) : 0),
		0,
	);
	return bytes > maxReferenceBytes
		? { field: 'References', problem: `have ${bytes} bytes together; at most ${maxReferenceBytes} are allowed` }
		: undefined;
}
