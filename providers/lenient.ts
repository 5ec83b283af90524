import { z } from 'zod4';

/**
 * Parts of schemas for answers that may have cost money. Only the fields that name the job or hold a picture are
 * required. Any other field may hold anything; a value of the wrong kind counts as absent.
 */

/** A text. */
export const text = z.string().nullish().catch(undefined);

/** A text, or a number in its place. */
export const texted = z
	.union([z.string(), z.number().transform(String)])
	.nullish()
	.catch(undefined);

/** The id of a job or picture, which is required; a whole number is read as text. */
export const id = z.union([z.string().min(1), z.int().transform(String)]).refine((name) => name.isWellFormed());

/** A status. A value that is no text becomes an empty word, which is an unknown status. */
export const word = z.string().catch('');

export const flag = z.boolean().nullish().catch(undefined);

const numeric = z.preprocess(
	(value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
	z.number(),
);

/** Any number, also one written as a text. */
export const number = numeric.nullish().catch(undefined);

/** A whole number from 0. */
export const whole = numeric.pipe(z.int().min(0)).nullish().catch(undefined);

/** A number of images or jobs, within reason. */
export const count = numeric.pipe(z.int().min(0).max(100_000)).nullish().catch(undefined);

/** Pixels of a side. */
export const side = numeric.pipe(z.int().min(1).max(1_000_000)).nullish().catch(undefined);

/** 0 to 100. */
export const percent = numeric.pipe(z.number().min(0).max(100)).nullish().catch(undefined);

/** The valid entries of a list. */
export function sifted<T>(entry: z.ZodType<T>, entries: readonly unknown[]): T[] {
	return entries.flatMap((value) => {
		const parsed = entry.safeParse(value);
		return parsed.success ? [parsed.data] : [];
	});
}

/** A list; invalid entries are left out. */
export function listOf<T>(entry: z.ZodType<T>) {
	return z.array(z.unknown()).transform((entries) => sifted(entry, entries));
}

/** As `listOf`; a value that is no list counts as an empty one. */
export function anyListOf<T>(entry: z.ZodType<T>) {
	return z
		.array(z.unknown())
		.nullish()
		.catch(undefined)
		.transform((entries) => sifted(entry, entries ?? []));
}

/** An object that is not required. */
export function beside<T>(object: z.ZodType<T>) {
	return object.nullish().catch(undefined);
}

/** A time as ISO 8601; null if the value is no time. @param time a date as text, or ms since the epoch */
export function isoTime(time: string | number | null | undefined): string | null {
	const at = typeof time === 'number' ? time : Date.parse(time ?? '');
	return Number.isNaN(new Date(at).getTime()) ? null : new Date(at).toISOString();
}
