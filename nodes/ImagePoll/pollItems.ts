import type { IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import { isTerminal } from '../../model/job';
import { inputError, toNodeError } from '../execution/errors';
import { type JobRef, readJobRef } from '../items/jobRef';
import { readLinks } from '../items/links';
import { jobNotMade, unknownSnapshot, withError } from '../items/snapshots';
import { binaryFieldOf, textParameter } from '../parameters/parameters';
import type { OpenJob, Polled } from './pollModes';
import { optionsOf, type PollRun } from './pollRun';

interface Items {
	/** Jobs to poll. */
	open: OpenJob[];
	/** By item index: jobs that have ended, and items that have no usable job. */
	closed: Map<number, Polled>;
}

/** Reads the job of every item. Throws for the first item without one, unless the node continues on fail. */
export async function readItems(run: PollRun): Promise<Items> {
	const { context, parameters, poolFor } = run;
	const items: Items = { open: [], closed: new Map() };
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const ref = readJobRef(context, itemIndex, parameters);
			run.links.set(itemIndex, readLinks(context.getNode(), optionsOf(run, itemIndex)));
			binaryFieldOf(optionsOf(run, itemIndex));
			if (ref.unlisted) {
				items.closed.set(itemIndex, notListed(ref, ref.unlisted));
				continue;
			}
			// An ended job is not polled, so Image Poll costs nothing after an Image Generate that waited.
			if (ref.known && isTerminal(ref.known.job.status) && !isMissingImages(ref))
				items.closed.set(itemIndex, { snapshot: ref.known });
			else items.open.push({ ...ref, at: (await poolFor(ref.provider, itemIndex)).named(ref.endpoint) });
		} catch (thrown) {
			const error = inputError(thrown);
			if (!context.continueOnFail())
				throw thrown instanceof ImageError ? toNodeError(context.getNode(), error, { itemIndex }) : thrown;
			const provider = textParameter(context, 'provider', itemIndex);
			items.closed.set(itemIndex, { snapshot: jobNotMade(provider, null, error, null) });
		}
	}
	return items;
}

/** The item's job as it is, with the reason why it is not polled. */
function notListed({ known, provider, id }: JobRef, error: ImageError): Polled {
	return { snapshot: withError(known ?? unknownSnapshot(provider.id, id), error.toJobError()), unreachable: error };
}

/** Throws if the provider of every item is missing in *Providers*, unless the node continues on fail. */
export function assertSomeListed(context: IExecuteFunctions, closed: Items['closed']): void {
	const errors = [...closed.values()].flatMap(({ unreachable }) => unreachable ?? []);
	const [first] = errors;
	if (!first || errors.length < context.getInputData().length || context.continueOnFail()) return;
	throw toNodeError(context.getNode(), first.toJobError(), { itemIndex: 0 });
}

/** Whether the item has a success without images. If the provider can be polled, it is polled for the images. */
function isMissingImages({ known, provider }: JobRef): boolean {
	const status = known?.job.status;
	const isSuccess = status === 'succeeded' || status === 'partial';
	return isSuccess && known?.images.length === 0 && known.job.id !== null && provider.capabilities.poll !== 'none';
}
