import { createHash } from 'node:crypto';

/**
 * A part of every secret that the tests use. `secretScan` looks for it, so it finds each of these secrets without a
 * list of them, and also a piece of one. It has characters that JSON, URLs and base64 write in another way.
 */
export const canaryMark = 'q7/Canary+4vXw';

/**
 * The only place that makes keys and other secrets of tests that check what is stored. The value looks random, and is
 * the same in each run.
 * @param name where it is used; two names never have the same secret
 */
export const canary = (name: string): string =>
	`${name}-${canaryMark}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
