import type { IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import type { Reference } from '../../model/request';
import { inputFile } from '../pictures/inputFile';

/**
 * The references of the items of a request, item by item and in the order of the field. The field names binary fields
 * and URLs, separated by commas or line breaks, or is an array from an expression. An empty field means every picture
 * in the item's binary data. A URL that several items name is used once.
 * Throws `invalidRequest` that names the field if there are no references or a binary field is missing.
 */
export function readReferences(context: IExecuteFunctions, itemIndexes: readonly number[]): Reference[] {
	const found = itemIndexes.flatMap((itemIndex) => referencesOf(context, itemIndex));
	const isNew = (reference: Reference, index: number) =>
		reference.kind === 'binary' ||
		found.findIndex((other) => other.kind === 'url' && other.url === reference.url) === index;
	const references = itemIndexes.length > 1 ? found.filter(isNew) : found;
	if (references.length > 0) return references;
	throw new ImageError('invalidRequest', {
		message:
			itemIndexes.length > 1
				? 'References is empty, and no item has a picture among its binary data'
				: 'References is empty, and the item has no picture among its binary data',
		hint: 'Name binary fields or URLs, separated by commas',
		delivery: 'notSent',
	});
}

function referencesOf(context: IExecuteFunctions, itemIndex: number): Reference[] {
	const named = entriesOf(context.getNodeParameter('references', itemIndex, ''));
	const entries = named.length > 0 ? named : pictureFields(context, itemIndex);
	return entries.map(
		(entry): Reference =>
			isUrl(entry) ? { kind: 'url', url: entry } : { kind: 'binary', ...inputFile(context, itemIndex, entry) },
	);
}

/**
 * Splits a list of URLs and names. URLs may contain commas, so a comma ends a URL only before a space or another URL.
 */
export function entriesOf(value: unknown): string[] {
	const texts: unknown[] = Array.isArray(value) ? value : [value];
	return texts
		.flatMap((text) => (typeof text === 'string' ? text.split(/\n|,\s+|,(?=https?:\/\/)/i) : []))
		.flatMap((entry) => (isUrl(entry.trim()) ? [entry] : entry.split(',')))
		.map((entry) => entry.trim().replace(/,$/, ''))
		.filter((entry) => entry !== '');
}

function isUrl(entry: string): boolean {
	return /^[a-z][a-z0-9+.-]*:\/\//i.test(entry);
}

function pictureFields(context: IExecuteFunctions, itemIndex: number): string[] {
	const binary = context.getInputData()[itemIndex]?.binary ?? {};
	return Object.entries(binary).flatMap(([name, { mimeType }]) => (mimeType.startsWith('image/') ? [name] : []));
}
