import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that this process still holds after a full collection: objects, texts and buffers. */
export async function retainedBytes(): Promise<number> {
	// Finalizers run after a collection, and what they let go is collected by the next.
	for (let round = 0; round < 4; round++) {
		collect();
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}
