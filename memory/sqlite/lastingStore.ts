import type { Operation } from '../store.ts';
import type { LastingStore } from '../resilientStore.ts';
import { WorkerChannel } from './channel.ts';

/** The SQLite store as the main thread sees it. A worker that died is replaced by one with the same owner id. */
export class SqliteLastingStore implements LastingStore {
	readonly #folder: string;
	#channel: WorkerChannel;

	private constructor(folder: string, channel: WorkerChannel) {
		this.#folder = folder;
		this.#channel = channel;
	}

	/** Rejects with `StoreFailure`: its message ends a sentence that begins "…, because". */
	static async open(folder: string): Promise<SqliteLastingStore> {
		return new SqliteLastingStore(folder, await WorkerChannel.open({ folder }));
	}

	/** What the user should know: a damaged file was set aside. */
	get notice(): string | null {
		return this.#channel.notice;
	}

	/** The secret of the keyed hashes. */
	get secret(): Uint8Array {
		return this.#channel.secret;
	}

	call(operation: Operation): Promise<unknown> {
		return this.#channel.call(operation);
	}

	async restore(): Promise<void> {
		const { owner, isGone, secret } = this.#channel;
		// A living worker holds the lock that shows the other processes that this process lives.
		if (isGone) this.#channel = await WorkerChannel.open({ folder: this.#folder, owner, secret });
		else await this.#channel.reopen();
	}

	close(): Promise<void> {
		return this.#channel.close();
	}
}
