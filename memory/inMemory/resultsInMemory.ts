import { keepResultMs } from '../rules.ts';
import { resultName } from '../results.ts';
import type { ResultFile } from '../store.ts';

/** Most bytes held in this process's memory, however many a disk may hold. */
const maxHeldBytes = 128 * 1024 * 1024;

/** Bytes of images for where no file can be written; the oldest go first. */
export class ResultsInMemory {
	readonly #images = new Map<string, { ref: string; bytes: Buffer; until: number }>();
	readonly #maxBytes: number;
	#bytes = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = Math.min(maxBytes, maxHeldBytes);
	}

	put(file: ResultFile, bytes: Uint8Array, now: number): void {
		const name = resultName(file);
		this.#drop(name);
		this.#images.set(name, { ref: file.ref, bytes: Buffer.from(bytes), until: now + keepResultMs });
		this.#bytes += bytes.length;
		for (const [key, { until }] of this.#images) if (until <= now || this.#bytes > this.#maxBytes) this.#drop(key);
	}

	get(file: ResultFile): Buffer | null {
		return this.#images.get(`${file.ref}-${file.imageIndex}`)?.bytes ?? null;
	}

	keep(refs: readonly string[], until: number): void {
		for (const image of this.#images.values()) if (refs.includes(image.ref)) image.until = until;
	}

	remove(refs: readonly string[]): void {
		for (const [key, { ref }] of this.#images) if (refs.includes(ref)) this.#drop(key);
	}

	#drop(key: string): void {
		this.#bytes -= this.#images.get(key)?.bytes.length ?? 0;
		this.#images.delete(key);
	}
}
