import { z } from 'zod4';

/**
 * Parts of schemas for answers that may have cost money. Only the fields that name the job or contain an image are
 * required. Any other field may contain any value; a value of the wrong type counts as absent.
 */

/** A text, not required. */
export const text = z.string().nullish().catch(undefined);

/** A text, or a number that is read as text; not required. */
export const textOrNumber = z
	.union([z.string(), z.number().transform(String)])
	.nullish()
	.catch(undefined);

/** The ID of a job or an image, which is required. A whole number is read as text. */
export const id = z.union([z.string().min(1), z.int().transform(String)]).refine((name) => name.isWellFormed());

/** A provider's word for a status. Any value that is not a text becomes an empty word, which is an unknown status. */
export const statusWord = z.string().catch('');

/** True or false, not required. */
export const flag = z.boolean().nullish().catch(undefined);

const numeric = z.preprocess(
	(value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
	z.number(),
);

/** A number, also one written as text; not required. */
export const number = numeric.nullish().catch(undefined);

/** A whole number from 0, not required. */
export const wholeNumber = numeric.pipe(z.int().min(0)).nullish().catch(undefined);

/** A number of images or jobs. A number above 100,000 counts as absent, because it must be a mistake of the server. */
export const count = numeric.pipe(z.int().min(0).max(100_000)).nullish().catch(undefined);

/** Width or height in pixels, not required. */
export const pixels = numeric.pipe(z.int().min(1).max(1_000_000)).nullish().catch(undefined);

/** 0 to 100, not required. */
export const percent = numeric.pipe(z.number().min(0).max(100)).nullish().catch(undefined);

/** Entries of one list that are read: far more than any page of a list or any job has. */
const maxEntries = 5_000;
/** Invalid entries of one list after which the rest is not read, because the list is not the API's. */
const maxInvalid = 1_000;

/** The entries of a list that the schema accepts, in their order. A list without end is read to a limit. */
export function validEntries<T>(entry: z.ZodType<T>, entries: readonly unknown[]): T[] {
	const valid: T[] = [];
	let invalid = 0;
	for (const value of entries.slice(0, maxEntries)) {
		const parsed = entry.safeParse(value);
		if (parsed.success) valid.push(parsed.data);
		else if (++invalid >= maxInvalid) break;
	}
	return valid;
}

/** A list, which is required; invalid entries are left out. */
export function listOf<T>(entry: z.ZodType<T>) {
	return z.array(z.unknown()).transform((entries) => validEntries(entry, entries));
}

/** As `listOf`, but any value that is not a list counts as an empty list. */
export function optionalListOf<T>(entry: z.ZodType<T>) {
	return z
		.array(z.unknown())
		.nullish()
		.catch(undefined)
		.transform((entries) => validEntries(entry, entries ?? []));
}

/** An object, not required. */
export function optionalObject<T>(object: z.ZodType<T>) {
	return object.nullish().catch(undefined);
}

/** A time as ISO 8601; null if the value is not a time. @param time a date as text, or ms since the epoch */
export function isoTime(time: string | number | null | undefined): string | null {
	const at = typeof time === 'number' ? time : Date.parse(time ?? '');
	return Number.isNaN(new Date(at).getTime()) ? null : new Date(at).toISOString();
}
