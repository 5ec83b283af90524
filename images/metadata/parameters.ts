import { type Lineage, noLineage } from '../lineage';

/**
 * The text that the Stable Diffusion tools write into their pictures and read back (AUTOMATIC1111's "parameters"):
 * the prompt, a line `Negative prompt: …`, and a line of `Name: value` pairs separated by commas.
 */
export function writeParameters(lineage: Lineage, { width, height }: { width: number; height: number }): string {
	const { prompt, negativePrompt, seed, model, provider, jobId } = lineage;
	// The reader accepts the last line as settings only if it has three pairs, so size and version are always written.
	const pairs = Object.entries({
		Seed: seed,
		Size: `${width}x${height}`,
		Model: model,
		Provider: provider,
		'Job ID': jobId,
		Software: 'n8n',
		Version: 'n8n-nodes-image-pipelines',
	}).filter(([, value]) => value !== null);
	return [
		prompt ?? '',
		...(negativePrompt ? [`Negative prompt: ${negativePrompt}`] : []),
		pairs.map(([name, value]) => `${name}: ${quoted(String(value))}`).join(', '),
	].join('\n');
}

/**
 * Quotes a value as the writers of those tools do: a value with a comma, a colon or a line break is written as JSON.
 */
function quoted(value: string): string {
	return /[,:\n"]/.test(value) ? JSON.stringify(value) : value;
}

// Bounded, so that a long line without a colon is not searched again from each of its characters.
const pair = /(\w[\w \-/]{0,99}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/g;

export interface Parameters extends Lineage {
	/** All pairs, by their names in the text; also those of other tools (Steps, Sampler, …). */
	settings: Record<string, string>;
}

/** Reads such a text, from this pack or from another tool. */
export function readParameters(text: string): Parameters {
	const lines = text.trim().split('\n');
	const last = lines.at(-1) ?? '';
	const found = [...last.matchAll(pair)].map(([, name = '', value = '']) => [name, unquoted(value.trim())] as const);
	const settings = Object.fromEntries(found.length >= 3 ? found : []);
	if (found.length >= 3) lines.pop();
	const negativeAt = lines.findIndex((line) => line.startsWith('Negative prompt:'));
	const prompt = (negativeAt < 0 ? lines : lines.slice(0, negativeAt)).join('\n').trim();
	const negative = negativeAt < 0 ? '' : lines.slice(negativeAt).join('\n').replace('Negative prompt:', '').trim();
	const seed = Number(settings['Seed'] ?? Number.NaN);
	return {
		...noLineage,
		prompt: prompt || null,
		negativePrompt: negative || null,
		seed: Number.isSafeInteger(seed) ? seed : null,
		model: settings['Model'] ?? null,
		provider: settings['Provider'] ?? null,
		jobId: settings['Job ID'] ?? null,
		settings,
	};
}

function unquoted(value: string): string {
	if (!value.startsWith('"')) return value;
	try {
		return String(JSON.parse(value));
	} catch {
		return value;
	}
}
