import { MemoryError } from './memory.ts';

/**
 * The store itself failed: nothing of the operation was carried out, and the next ones will fail too. The message ends
 * a sentence ("…, because <message>").
 */
export class StoreFailure extends MemoryError {}
