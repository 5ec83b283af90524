import type { Claimant, JobRecord, Origin } from '../../memory/record';

/** What identifies an item's job before any request is sent. */
export interface Wanted {
	/** The item's key without an attempt. */
	baseKey: string;
	/** Whether the user has set the key: it then identifies every job under it, also of other executions. */
	isOwnKey: boolean;
	/** The key for the provider, of the first attempt. */
	wireKey: string;
	lineage: string;
	rootExecutionId: string;
	origin: Origin;
	day: string;
	/** Keyed hashes of the request, one for each provider that may make it. */
	requests: readonly string[];
	/** Credentials of the node. */
	credentialIds: readonly string[];
	/** How old an orphan may be, ms; 0: none is adopted. */
	adoptWithinMs: number;
	/**
	 * How old a finished job of the same request may be that is given again, with all its images still available, ms;
	 * 0: none.
	 */
	reuseWithinMs: number;
	/** Refs in n8n's saved data of an execution; null where n8n keeps none. */
	savedRefs: (executionId: string) => Promise<ReadonlySet<string> | null>;
}

/** What there is for an item. */
export type Found =
	| { kind: 'nothing'; claimant: Claimant }
	/**
	 * A job that can be returned or waited for. `isShared`: it belongs to another run, which delivers it.
	 */
	| {
			kind: 'job';
			record: JobRecord & { state: 'accepted' | 'ended' };
			how: 'sameKey' | 'adopted' | 'reused';
			isShared: boolean;
	  }
	/** Sent, with an unknown outcome. This run holds it, and must settle it before anything else is sent. */
	| { kind: 'unsettled'; record: JobRecord; how: 'sameKey' | 'adopted' };

/** Who wants the job of an attempt. */
export function claimantOf({ baseKey, lineage, rootExecutionId, origin, day }: Wanted, attempt: number): Claimant {
	return { key: keyOfAttempt(baseKey, attempt), baseKey, attempt, lineage, rootExecutionId, origin, day };
}

/**
 * The key of an attempt. The first attempt has the item's own key. Neither our keys nor users' keys contain a tilde
 * when they are sent.
 */
export function keyOfAttempt(key: string, attempt: number): string {
	return attempt === 0 ? key : `${key}~${attempt}`;
}

export function isJob(record: JobRecord): record is JobRecord & { state: 'accepted' | 'ended' } {
	return record.state === 'accepted' || record.state === 'ended';
}

/** Whether the node run of a living execution works on it. */
export function isWorkedOn({ busy, held }: JobRecord): boolean {
	return busy && held !== 'free';
}
