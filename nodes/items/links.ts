import type { INode } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import type { Image, Job } from '../../model/job';
import { providers } from '../../providers/registry';

/** Days for which an image without a URL is kept for its link. */
export const defaultLinkDays = 7;
/** The journal forgets jobs after this time, and a link needs the record of its job. */
export const maxLinkDays = 30;
const dayMs = 24 * 3_600_000;

/** The options of a node that are about links, as n8n gives them. */
export interface LinkOptions {
	linkBase?: unknown;
	linkDays?: unknown;
}

/** How the images of an item get their links. */
export interface Links {
	/** URL of the webhook that serves images; null if none is set. */
	base: URL | null;
	/** Until when images without a URL are kept, ms since the epoch. */
	until: number;
	/** The node that runs, if a language model reads its items; otherwise null. */
	tool: string | null;
}

/** The optional fields of an image in an item. */
export interface LinkFields {
	/** Address of the image in this n8n. */
	link?: string;
	/** Time until which an image without a URL is kept, ISO 8601. */
	linkUntil?: string;
	/** Only for a language model: why there is no address, and what to do. */
	note?: string;
}

/** Whether the node runs as a tool of an AI Agent. n8n gives the tool version of a node a type of its own. */
export function isTool({ type }: Pick<INode, 'type'>): boolean {
	return type.endsWith('Tool');
}

/** Reads the options about links. Throws `invalidRequest` if one cannot be used. */
export function readLinks(
	node: Pick<INode, 'type' | 'name'>,
	{ linkBase, linkDays }: LinkOptions,
	now: number = Date.now(),
): Links {
	return {
		base: linkBase === undefined || linkBase === null || linkBase === '' ? null : baseUrl(linkBase),
		until: now + readDays(linkDays) * dayMs,
		tool: isTool(node) ? node.name : null,
	};
}

/** What an item says about the address of one image. Only a recorded job has a `ref`, and only such a job is served. */
export function linkFields({ index, url }: Image, { ref, provider }: Job, { base, until, tool }: Links): LinkFields {
	if (base && ref !== undefined)
		return {
			link: linkTo(base, ref, index),
			...(url === null ? { linkUntil: new Date(until).toISOString() } : {}),
		};
	return url === null && tool !== null ? { note: noAddress(provider, ref, tool) } : {};
}

function linkTo(base: URL, ref: string, index: number): string {
	const link = new URL(base);
	link.searchParams.set('ref', ref);
	link.searchParams.set('image', String(index));
	return link.href;
}

/** The link of an image of an incoming item; nothing if its fields have other types. */
export function carriedLink({ link, linkUntil }: { link?: unknown; linkUntil?: unknown }): LinkFields {
	if (typeof link !== 'string') return {};
	return { link, ...(typeof linkUntil === 'string' ? { linkUntil } : {}) };
}

/** For the model, which passes it on to a person. */
function noAddress(providerId: string, ref: string | undefined, node: string): string {
	const provider = providers.find(({ id }) => id === providerId)?.displayName ?? providerId;
	const kept = ref === undefined ? '' : ` n8n keeps the image for one day under the job ref ${ref}.`;
	return (
		`This image has no address, because ${provider} sends images without one.${kept} ` +
		`To get an address for the next images, set the option "Image Link URL" of the node "${node}".`
	);
}

function baseUrl(value: unknown): URL {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
	throw new ImageError('invalidRequest', {
		message: 'Image Link URL is not a web address',
		hint:
			'Enter the Production URL of the Webhook node in the workflow "Image links", ' +
			'for example https://n8n.example.com/webhook/image-link',
		delivery: 'notSent',
	});
}

function readDays(value: unknown = defaultLinkDays): number {
	const days = Number(value);
	if (days >= 1 && days <= maxLinkDays) return days;
	throw new ImageError('invalidRequest', {
		message: `Image Link Days is not a number from 1 to ${maxLinkDays}`,
		hint: `Enter a number from 1 to ${maxLinkDays}`,
		delivery: 'notSent',
	});
}
