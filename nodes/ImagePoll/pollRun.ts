import type { IExecuteFunctions } from 'n8n-workflow';
import { inMs, type Moment, systemClock } from '../../jobs/runtime/clock';
import { type PoolOfItem, poolsOf } from '../endpoints/nodeEndpoint';
import type { LinkOptions, Links } from '../items/links';
import { type ParameterReader, readerOf, readMaxWait } from '../parameters/parameters';
import { restOfMaxWait, timeForImages } from '../pictures/downloadTime';
import { type Pictures, picturesOf } from '../pictures/pictures';

export type PollOptions = LinkOptions & {
	includeRaw?: boolean;
	maxImageSize?: number;
	splitImages?: boolean;
	/** Since version 1.1. */
	download?: boolean;
	binaryField?: unknown;
};

/** What the steps of one node run share. */
export interface PollRun {
	context: IExecuteFunctions;
	parameters: ParameterReader;
	poolFor: PoolOfItem;
	pictures: Pictures;
	isOnce: boolean;
	/** How long the downloads of so many images may take from now, in ms. */
	downloadMs: (images: number) => number;
	deadline: Moment;
	signal: AbortSignal | undefined;
	/** By item index. */
	links: Map<number, Links>;
}

/** Reads the settings that hold for all items, and starts Max Wait. */
export function startRun(context: IExecuteFunctions): PollRun {
	const signal = context.getExecutionCancelSignal();
	const isOnce = context.getNodeParameter('mode', 0, 'wait') === 'once';
	const maxWaitMs = isOnce ? 0 : readMaxWait(context, 0, 600);
	return {
		context,
		parameters: readerOf(context),
		poolFor: poolsOf(context),
		pictures: picturesOf(context, signal),
		isOnce,
		downloadMs: isOnce ? timeForImages : restOfMaxWait(maxWaitMs),
		deadline: inMs(systemClock, maxWaitMs),
		signal,
		links: new Map(),
	};
}

/** The options of one item. */
export const optionsOf = ({ parameters }: PollRun, itemIndex: number) =>
	parameters.getNodeParameter('options', itemIndex, {}) as PollOptions;
