import type { Settings } from './settings';

/** The server's key of its provider. After too many failures in a row it pauses, and every job fails at once. */
export class ProviderKey {
	private failures = 0;
	private restsUntil = 0;

	constructor(private readonly settings: () => Readonly<Settings>) {}

	/** Whether it may not be used now. */
	rests(now: number): boolean {
		return this.settings().providerKeyFailures > 0 && now < this.restsUntil;
	}

	/** Counts a failed run, whatever the reason: a tenant's own limit counts too. */
	failed(now: number): void {
		const { providerKeyFailures, providerKeyRestMs } = this.settings();
		this.failures += 1;
		if (providerKeyFailures === 0 || this.failures < providerKeyFailures) return;
		this.failures = 0;
		this.restsUntil = now + providerKeyRestMs;
	}

	/** A run has made pictures. */
	succeeded(): void {
		this.failures = 0;
	}

	clear(): void {
		this.failures = 0;
		this.restsUntil = 0;
	}
}
