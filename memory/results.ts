import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryError } from './memory.ts';
import type { ResultFile } from './store.ts';

/**
 * How long files without a record are kept: this or another process may still be writing the record.
 */
const strayAfterMs = 24 * 3600_000;

/** The name of a result, safe in file names: a ref comes from outside and must not lead to another folder. */
export function resultName({ ref, imageIndex }: ResultFile): string {
	if (/^[a-z0-9]{10,16}$/.test(ref) && Number.isSafeInteger(imageIndex) && imageIndex >= 0)
		return `${ref}-${imageIndex}`;
	throw new MemoryError('A result file needs a ref of 10 to 16 lower-case letters and digits, and an index.');
}

/** The folder of result files. Only this class decides where the bytes are kept. */
export class ResultFolder {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Writes a file, durable before it resolves: under another name first, so that no reader sees half of it. */
	async write(file: ResultFile, bytes: Uint8Array): Promise<void> {
		const path = this.#path(file);
		const part = `${path}.${randomBytes(4).toString('hex')}.part`;
		try {
			await mkdir(this.#folder, { recursive: true, mode: 0o700 });
			const handle = await open(part, 'wx', 0o600);
			try {
				await handle.writeFile(bytes);
				await handle.sync();
			} finally {
				await handle.close();
			}
			await rename(part, path);
			await this.#syncFolder();
		} catch (error) {
			await rm(part, { force: true }).catch(() => undefined);
			throw error;
		}
	}

	/** Null if there is no such file. */
	async read(file: ResultFile): Promise<Buffer | null> {
		try {
			return await readFile(this.#path(file));
		} catch {
			return null;
		}
	}

	async remove(files: readonly ResultFile[]): Promise<void> {
		for (const file of files) await rm(this.#path(file), { force: true }).catch(() => undefined);
	}

	/** Files that have been there for more than a day; left-overs of a broken write are deleted. */
	async oldFiles(): Promise<ResultFile[]> {
		const files: ResultFile[] = [];
		for (const name of await readdir(this.#folder).catch(() => [])) {
			const path = join(this.#folder, name);
			const written = await stat(path).catch(() => null);
			if (!written || Date.now() - written.mtimeMs < strayAfterMs) continue;
			const [, ref, index] = /^([a-z0-9]+)-(\d+)\.bin$/.exec(name) ?? [];
			if (ref !== undefined && index !== undefined) files.push({ ref, imageIndex: Number(index) });
			else if (name.endsWith('.part')) await rm(path, { force: true }).catch(() => undefined);
		}
		return files;
	}

	#path(file: ResultFile): string {
		return join(this.#folder, `${resultName(file)}.bin`);
	}

	/** The new name is on disk only after its folder is synchronized. Windows has no such operation. */
	async #syncFolder(): Promise<void> {
		if (process.platform === 'win32') return;
		const handle = await open(this.#folder, 'r');
		try {
			await handle.sync();
		} finally {
			await handle.close();
		}
	}
}
