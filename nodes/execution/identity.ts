import { createHash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Memory } from '../../memory/memory';
import type { Origin } from '../../memory/record';
import type { ImageRequest, Reference } from '../../model/request';
import { type Lineage, lineageOf } from './lineage';

/** The data of a node run that all its items share and that distinguish its jobs from other jobs. */
export interface RunIdentity extends Lineage {
	origin: Omit<Origin, 'itemIndex'>;
	/** The day in the workflow's time zone, `YYYY-MM-DD`. */
	day: () => string;
}

export async function runIdentityOf(context: IExecuteFunctions, memory: Memory): Promise<RunIdentity> {
	const { id, name } = context.getWorkflow();
	const node = context.getNode();
	const format = new Intl.DateTimeFormat('en-CA', { timeZone: context.getTimezone() });
	return {
		...(await lineageOf(context, memory)),
		origin: {
			workflowId: String(id),
			workflowName: name ?? '',
			nodeId: node.id,
			nodeName: node.name,
			executionId: context.getExecutionId(),
			runIndex: Number(context.getWorkflowDataProxy(0)['$runIndex'] ?? 0),
			mode: context.getMode(),
		},
		day: () => format.format(new Date()),
	};
}

/** A request of Image Generate, or the fields that decide the result of another operation. */
type DigestedRequest = ImageRequest | { request: unknown; references?: readonly Reference[] };

/**
 * Keyed hash of everything that decides an image: the provider, every field that is sent, and the references. A
 * reference counts by its content if the pack sends its bytes, otherwise by its URL.
 */
export async function requestDigest(
	memory: Memory,
	providerId: string,
	{ references, ...fields }: DigestedRequest,
): Promise<string> {
	const described = references === undefined ? undefined : await Promise.all(references.map(describe));
	return memory.digest('request', canonical([providerId, fields, described]));
}

async function describe(reference: Reference): Promise<string> {
	if (reference.kind === 'url') return `url ${reference.url}`;
	const hash = createHash('sha256');
	for await (const chunk of await reference.open()) hash.update(chunk as Buffer);
	return `bytes ${hash.digest('hex')}`;
}

/** JSON with the fields of every object in order, so that equal values give equal texts. */
export function canonical(value: unknown): string {
	return JSON.stringify(value, (_name, part: unknown) =>
		typeof part === 'object' && part !== null && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);
}

/**
 * Counts the equal requests of a node run: returns the ordinal of each request among its equals, in the order of the
 * items.
 */
export function ordinals(): (digest: string) => number {
	const seen = new Map<string, number>();
	return (digest) => {
		const ordinal = seen.get(digest) ?? 0;
		seen.set(digest, ordinal + 1);
		return ordinal;
	};
}

/**
 * The key of an item for which the user gave no key. It stays the same if n8n repeats the item; every other item has
 * another key. It is a keyed hash, so it reveals nothing about the request.
 */
export function itemKey(
	memory: Memory,
	{ own, origin }: RunIdentity,
	credentialId: string,
	digest: string,
	ordinal: number,
): string {
	const { workflowId, nodeId, runIndex } = origin;
	const parts = [own, workflowId, nodeId, runIndex, credentialId, digest, ordinal];
	return `n8n-${hex(memory.digest('key', canonical(parts)))}`;
}

/** The key of an item for which the user gave a key. Different credentials give different keys. */
export function ownKey(memory: Memory, credentialId: string, text: string): string {
	return `own-${hex(memory.digest('own key', canonical([credentialId, text])))}`;
}

/**
 * The form in which the user's own key is sent: unchanged if all characters are safe, otherwise as a hash. A hash
 * contains `=`, which is not safe, so different keys stay different.
 */
export function wireKeyOf(text: string): string {
	return /^[A-Za-z0-9._:-]{1,128}$/.test(text)
		? text
		: `sha256=${createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex')}`;
}

const hex = (digest: string) => Buffer.from(digest, 'base64url').toString('hex').slice(0, 32);
