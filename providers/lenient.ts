import { z } from 'zod/v4';

/**
 * Pieces of schemas for answers that have been paid for: a value that nothing depends on may be anything, and counts as
 * absent where it is not what it should be. Only what names the job or holds a picture is insisted on.
 */

/** A text. */
export const text = z.string().nullish().catch(undefined);

/** A text that a number may stand for. */
export const texted = z.union([z.string(), z.number().transform(String)]).nullish().catch(undefined);

/** A job's or picture's own name, without which it cannot be had; a whole number may stand for it. */
export const id = z.union([z.string().min(1), z.int().transform(String)]).refine((name) => name.isWellFormed());

/** A status word; a status that is none reads as one nobody knows. */
export const word = z.string().catch('');

export const flag = z.boolean().nullish().catch(undefined);

const numeric = z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), z.number());

/** Any number, also one written as a text. */
export const number = numeric.nullish().catch(undefined);

/** A whole number from 0. */
export const whole = numeric.pipe(z.int().min(0)).nullish().catch(undefined);

/** How many images or jobs: a whole number that is no nonsense. */
export const count = numeric.pipe(z.int().min(0).max(100_000)).nullish().catch(undefined);

/** Pixels of a side. */
export const side = numeric.pipe(z.int().min(1).max(1_000_000)).nullish().catch(undefined);

/** 0 to 100. */
export const percent = numeric.pipe(z.number().min(0).max(100)).nullish().catch(undefined);

/** The entries of a list that are what they should be. */
export function sifted<T>(entry: z.ZodType<T>, entries: readonly unknown[]): T[] {
	return entries.flatMap((value) => {
		const parsed = entry.safeParse(value);
		return parsed.success ? [parsed.data] : [];
	});
}

/** A list, without the entries that are not what they should be. */
export function listOf<T>(entry: z.ZodType<T>) {
	return z.array(z.unknown()).transform((entries) => sifted(entry, entries));
}

/** As `listOf`; what is no list has no entries. */
export function anyListOf<T>(entry: z.ZodType<T>) {
	return z.array(z.unknown()).nullish().catch(undefined).transform((entries) => sifted(entry, entries ?? []));
}

/** An object that nothing depends on. */
export function beside<T>(object: z.ZodType<T>) {
	return object.nullish().catch(undefined);
}

/** A time as ISO 8601; null for what is none. */
export function isoTime(time: string | number | null | undefined): string | null {
	const at = typeof time === 'number' ? time : Date.parse(time ?? '');
	return Number.isNaN(new Date(at).getTime()) ? null : new Date(at).toISOString();
}
