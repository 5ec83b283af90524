import { ImageError } from '../../model/errors';
import type { Attempt, JobSnapshot } from '../../model/job';
import type { PoolMember } from './poolMember';

/** Adds the error of a member to the attempts that an item shows, each kind of error once. */
export function addAttempt(attempts: Attempt[], member: PoolMember, error: ImageError, now: number): void {
	const { endpoint, settings } = member;
	const before = attempts.filter(
		(other) => other.provider === endpoint.provider.id && other.endpoint === settings.name,
	);
	// The error "taken out of the pool" follows from an earlier error, which is in the list already.
	if (before.some(({ code }) => code === error.code) || (before.length > 0 && member.restsUntil(now) > 0)) return;
	attempts.push({
		provider: endpoint.provider.id,
		endpoint: settings.name,
		code: error.code,
		message: error.message,
	});
}

/**
 * The error if no endpoint accepted the job. If one failure is retryable, the error is retryable, after the shortest
 * pause of all endpoints.
 */
export function notAcceptedByAny(failures: readonly ImageError[], attempts: readonly Attempt[]): ImageError {
	const mildest = failures.find(({ retryable }) => retryable) ?? failures[0];
	const waits = failures.flatMap(({ retryable, retryAfterMs }) => (retryable ? [retryAfterMs ?? 0] : []));
	const reasons = attempts.map(({ provider, endpoint, message }) => `${provider}, ${endpoint}: ${message}`);
	return new ImageError(mildest?.code ?? 'overloaded', {
		message: `No endpoint took the request. ${reasons.join('; ')}`,
		hint: mildest?.hint ?? null,
		retryable: mildest?.retryable ?? true,
		httpStatus: mildest?.httpStatus ?? null,
		retryAfterMs: waits.length > 0 ? Math.min(...waits) : null,
		delivery: 'notSent',
		outcome: 'notAccepted',
	});
}

/** A snapshot with the endpoint that runs its job, and those that did not accept it. */
export function withAttempts(
	snapshot: JobSnapshot,
	endpoint: string | null,
	attempts: readonly Attempt[],
): JobSnapshot {
	const job = {
		...snapshot.job,
		...(endpoint === null ? {} : { endpoint }),
		...(attempts.length > 0 ? { attempts: [...attempts] } : {}),
	};
	return { ...snapshot, job };
}
