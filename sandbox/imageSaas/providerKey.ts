import type { Settings } from './settings';

/** The server's key for its provider. After too many consecutive failures it pauses, and every job fails at once. */
export class ProviderKey {
	private failures = 0;
	private restsUntil = 0;

	constructor(private readonly settings: () => Readonly<Settings>) {}

	/** Whether the key pauses now. */
	rests(now: number): boolean {
		return this.settings().providerKeyFailures > 0 && now < this.restsUntil;
	}

	/** Counts a failed run for any reason. A run that fails by a tenant's own limit counts too. */
	failed(now: number): void {
		const { providerKeyFailures, providerKeyRestMs } = this.settings();
		this.failures += 1;
		if (providerKeyFailures === 0 || this.failures < providerKeyFailures) return;
		this.failures = 0;
		this.restsUntil = now + providerKeyRestMs;
	}

	/** Records that a run has made pictures. */
	succeeded(): void {
		this.failures = 0;
	}

	clear(): void {
		this.failures = 0;
		this.restsUntil = 0;
	}
}
