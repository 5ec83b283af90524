import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { StoreFailure } from './failure.ts';
import type { Bounds } from './housekeeping.ts';
import { MapStore } from './inMemory/mapStore.ts';
import { ProcessStore } from './inMemory/processStore.ts';
import type { Memory, MemoryOptions } from './memory.ts';
import { ResilientStore } from './resilientStore.ts';
import { ResultFolder } from './results.ts';
import { SqliteLastingStore } from './sqlite/lastingStore.ts';
import { StoredMemory } from './storedMemory.ts';

const day = 24 * 3600_000;
const defaults = { keepRecordsMs: 30 * day, maxRecords: 200_000, maxResultBytes: 1024 ** 3 };

/** The memories of this process that are open, by folder: one worker and one owner id for all callers. */
const opened = new Map<string, Promise<Memory>>();

/**
 * Opens the memory in a folder; every call for the same folder gives the same one until it is closed. Never rejects: if
 * the folder cannot be used, the memory is in this process, and its `problem` says why.
 */
export function openMemory(options: MemoryOptions): Promise<Memory> {
	const folder = resolve(options.folder);
	let memory = opened.get(folder);
	if (!memory) {
		memory = open(folder, options, () => opened.delete(folder));
		opened.set(folder, memory);
	}
	return memory;
}

async function open(folder: string, options: MemoryOptions, onClose: () => void): Promise<Memory> {
	const now = options.now ?? Date.now;
	const elapsed = options.elapsed ?? options.now ?? (() => performance.now());
	const bounds: Bounds = {
		keepRecordsMs: options.keepRecordsMs ?? defaults.keepRecordsMs,
		maxRecords: options.maxRecords ?? defaults.maxRecords,
		maxResultBytes: options.maxResultBytes ?? defaults.maxResultBytes,
	};
	const maps = (ownsStrangers: boolean) => new MapStore({ maxRecords: bounds.maxRecords, ownsStrangers });
	try {
		const lasting = await SqliteLastingStore.open(folder);
		const store = new ResilientStore(lasting, () => maps(true), { now, elapsed });
		const results = new ResultFolder(join(folder, 'results'));
		return new StoredMemory({
			store,
			results,
			secret: () => lasting.secret,
			bounds,
			now,
			elapsed,
			notice: () => lasting.notice,
			onClose,
		});
	} catch (error) {
		const reason = error instanceof StoreFailure ? error.message : 'it could not be started';
		const secret = randomBytes(32);
		const store = new ProcessStore(reason, maps(false), now);
		return new StoredMemory({
			store,
			results: null,
			secret: () => secret,
			bounds,
			now,
			elapsed,
			notice: () => null,
			onClose,
		});
	}
}
