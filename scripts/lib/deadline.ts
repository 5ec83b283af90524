import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown when a wait ends without success. The message names the awaited event and the last seen state. */
export class DeadlineError extends Error {
	override name = 'DeadlineError';
}

export interface WaitOptions {
	/** The awaited event, as the end of "Waited 30 s for …". */
	for: string;
	withinMs: number;
	everyMs?: number;
	/** Text for the error when the deadline passes, such as the end of a log. */
	context?: () => string;
}

/** Calls `probe` until it gives a value other than undefined. Errors of the probe end the wait. */
export async function waitUntil<T>(
	options: WaitOptions,
	probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
	const deadline = Date.now() + options.withinMs;
	for (;;) {
		const value = await probe();
		if (value !== undefined) return value;
		if (Date.now() >= deadline) {
			const context = options.context?.();
			throw new DeadlineError(
				`Waited ${options.withinMs / 1000} s for ${options.for}${context ? `\n${context}` : ''}`,
			);
		}
		await sleep(options.everyMs ?? 100);
	}
}
