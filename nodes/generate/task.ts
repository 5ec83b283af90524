import type { IExecuteFunctions } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import type { Wanted } from '../../jobs/submission/wanted';
import type { Given } from '../../jobs/submission/jobMaker';
import type { BudgetLimit, Memory } from '../../memory/memory';
import type { Attempt, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { ProviderDefinition } from '../../providers/provider';
import type { PoolOfItem } from '../endpoints/nodeEndpoint';
import type { JobCost } from '../execution/counts';
import type { Delivery } from '../execution/delivery';
import type { RunIdentity } from '../execution/identity';
import type { LinkOptions, Links } from '../items/links';
import type { Fetched, Pictures } from '../pictures/pictures';

/** The types that the files of this folder share. It imports none of them. */

/** The limits in the options; 0 or absent: no limit. */
export interface BudgetOptions {
	imagesPerExecution?: number;
	imagesPerDay?: number;
	usdPerExecution?: number;
	usdPerDay?: number;
	pricePerImage?: number;
}

/** Options of Image Generate, as n8n gives them. */
export interface GenerateOptions extends Record<string, unknown>, LinkOptions {
	/** Since version 1.1. */
	binaryField?: unknown;
	budget?: { limits?: BudgetOptions };
	idempotencyKey?: string;
	includeRaw?: boolean;
	maxImageSize?: number;
	splitImages?: boolean;
	cancelOnStop?: boolean;
	referenceUrl?: string;
	/** Hours; 0: abandoned jobs are not taken over. */
	adoptHours?: number;
	/** Days; 0: every item has its own job. */
	reuseDays?: number;
}

/** A provider that can make an item's images, and the request as this provider would receive it. */
export interface Route {
	provider: ProviderDefinition;
	request: ImageRequest;
	/** Keyed hash of the request as it will be sent; empty until the request is ready. */
	digest: string;
	/** Id of the node's credential for the provider. */
	credentialId: string;
}

/** The providers that can make an item's job, the preferred one first, and the providers that cannot. */
export interface Routes {
	routes: [Route, ...Route[]];
	unsupported: Attempt[];
}

/** What Image Generate and Image Compose do differently. */
export interface Maker {
	/** Whether all items together make one request, with the fields of the first item. */
	isTogether?(context: IExecuteFunctions): boolean;
	/** Reads the request of one item from the fields of the node. It does not fetch or inspect anything yet. */
	read(
		context: IExecuteFunctions,
		provider: ProviderDefinition,
		itemIndex: number,
		options: GenerateOptions,
	): ImageRequest;
	/**
	 * Makes a request ready to be sent. This happens after the fields of all items are checked and before any request
	 * is sent.
	 */
	prepare?(
		context: IExecuteFunctions,
		route: Route,
		options: GenerateOptions,
		endpoint: Endpoint,
	): Promise<ImageRequest>;
}

/** The work for one item. */
export interface Task extends Routes {
	itemIndex: number;
	/** The route that made the job; before that, the preferred route. */
	route: Route;
	options: GenerateOptions;
	links: Links;
	wait: boolean;
	download: boolean;
	/** What the names of the images' binary fields begin with. */
	binaryField: string;
	maxWaitMs: number;
	/** The item's key without an attempt number; set when the request is ready to be sent. */
	key: string;
	/** The user's own key, trimmed; empty if there is none. */
	ownKey: string;
}

/** The final state of an item's job, with the fetched pictures. `cost`: what this run paid for it. */
export type Outcome = { snapshot: JobSnapshot; how?: Given['how']; cost?: JobCost | undefined } & Partial<
	Pick<Fetched, 'binary' | 'differences'>
>;

/** What all items of a run have in common. */
export interface Run {
	context: IExecuteFunctions;
	poolFor: PoolOfItem;
	memory: Memory;
	identity: RunIdentity;
	limits: readonly BudgetLimit[];
	delivery: Delivery;
	savedRefs: Wanted['savedRefs'];
	pictures: Pictures;
	signal: AbortSignal | undefined;
}
