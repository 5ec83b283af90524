import type { IExecuteFunctions } from 'n8n-workflow';
import { packMemory } from '../execution/memory';
import type { Links } from '../items/links';
import { withRefs } from '../items/refs';
import type { OpenJob, PolledItems } from './pollModes';

interface LinkRun {
	context: IExecuteFunctions;
	/** By item index. */
	links: ReadonlyMap<number, Links>;
}

/**
 * Adds the `job.ref` of recorded jobs whose items name only the provider's ID, as those of an AI Agent do: a link needs
 * it. Other items stay as they are.
 * @param jobs the polled jobs, of one endpoint
 */
export async function withLinkRefs(
	{ context, links }: LinkRun,
	jobs: readonly OpenJob[],
	polled: PolledItems,
): Promise<PolledItems> {
	const nameless = new Set(
		jobs.filter(({ known }) => known?.job.ref === undefined).map(({ itemIndex }) => itemIndex),
	);
	const needed = polled.filter(([itemIndex]) => nameless.has(itemIndex) && links.get(itemIndex)?.base);
	const endpoints = jobs.slice(0, 1).map(({ at }) => at);
	const found = await withRefs(
		context,
		packMemory,
		endpoints,
		needed.map(([, { snapshot }]) => snapshot),
	);
	const named = new Map(needed.map(([itemIndex], position) => [itemIndex, found[position]]));
	return polled.map(([itemIndex, one]) => [itemIndex, { ...one, snapshot: named.get(itemIndex) ?? one.snapshot }]);
}
