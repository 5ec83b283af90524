/** What to call when a signal aborts. One listener each: adding a listener takes as long as there are listeners. */
const waiting = new WeakMap<AbortSignal, { callbacks: Set<() => void>; listener: () => void }>();

/**
 * Calls back once when the signal aborts, in the order of the calls of this function. As fast with a hundred thousand
 * waits on one execution's signal as with one.
 * @param signal not aborted yet; without a signal nothing happens
 * @param callback a function of its own for each call; must not throw
 * @returns ends the wait for the signal
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
	if (!signal) return () => undefined;
	const { callbacks, listener } = waiting.get(signal) ?? listenTo(signal);
	callbacks.add(callback);
	return () => {
		// A signal with a listener is kept in memory.
		if (callbacks.delete(callback) && callbacks.size === 0) {
			signal.removeEventListener('abort', listener);
			if (waiting.get(signal)?.callbacks === callbacks) waiting.delete(signal);
		}
	};
}

function listenTo(signal: AbortSignal) {
	const callbacks = new Set<() => void>();
	const listener = () => {
		waiting.delete(signal);
		for (const callback of [...callbacks]) if (callbacks.delete(callback)) callback();
	};
	const entry = { callbacks, listener };
	waiting.set(signal, entry);
	signal.addEventListener('abort', listener, { once: true });
	return entry;
}
