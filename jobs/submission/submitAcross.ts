import { concernsEndpoint, ImageError, toImageError } from '../../model/errors';
import type { Attempt, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { Clock, Random } from '../runtime/clock';
import type { Endpoint } from '../endpoint/endpoint';
import { KeyMemory } from '../runtime/keyMemory';
import type { PoolMember } from './pool';
import { withRetry } from '../runtime/retry';
import { isRefusal, type SubmitOptions } from './submitter';

/** An endpoint that may make the job, and the request as it would be asked. */
export interface Choice {
	member: PoolMember;
	request: ImageRequest;
	/** What the item is to say of it; null where its credential has only one. */
	name: string | null;
}

export interface Made {
	snapshot: JobSnapshot;
	/** Who runs the job, and is to be asked after it. */
	endpoint: Endpoint;
	request: ImageRequest;
}

export interface AcrossOptions extends SubmitOptions {
	/** Those that were left out because they cannot do what is asked. */
	unable?: readonly Attempt[] | undefined;
	/** Told of each choice before it is asked. */
	asking?: ((choice: Choice) => void) | undefined;
}

/** Makes jobs at the first of several endpoints that takes them. */
export class AcrossEndpoints {
	private readonly made: KeyMemory<Made>;

	constructor(private readonly dependencies: { clock: Clock; random: Random }) {
		this.made = new KeyMemory(dependencies.clock);
	}

	/**
	 * Makes one job at the first choice that takes it. One goes on to the next only where the job was certainly not
	 * made; where all refuse, the round is repeated until the deadline. A single choice waits until it is taken.
	 * @param choices in the order of preference, at least one
	 */
	async submit(choices: readonly [Choice, ...Choice[]], options: AcrossOptions): Promise<Made> {
		const [first, ...others] = choices;
		const { unable = [], ...own } = options;
		if (others.length === 0) {
			own.asking?.(first);
			const snapshot = await first.member.endpoint.submit(first.request, own);
			return { snapshot: noted(snapshot, first.name, unable), endpoint: first.member.endpoint, request: first.request };
		}
		// Another pool's job is not ours, whatever its key.
		const pool = choices.map(({ member }) => member.id).sort((a, b) => a - b).join();
		return await this.made.once(`${pool}:${options.idempotencyKey}`, options.signal, () => this.rounds(choices, own, [...unable]));
	}

	private async rounds(choices: readonly Choice[], options: AcrossOptions, attempts: Attempt[]): Promise<Made> {
		const { clock, random } = this.dependencies;
		const { signal, deadline } = options;
		return await withRetry(() => this.round(choices, options, attempts), { clock, random, signal, deadline, canRepeat: goesElsewhere });
	}

	private async round(choices: readonly Choice[], options: AcrossOptions, attempts: Attempt[]): Promise<Made> {
		const failures: ImageError[] = [];
		for (const choice of choices) {
			const { member, request, name } = choice;
			const now = this.dependencies.clock.now();
			const { endpoint, place } = member;
			const note = (error: ImageError) => {
				failures.push(error);
				const before = attempts.filter((other) => other.provider === endpoint.provider.id && other.endpoint === place.name);
				// That it is left alone follows from what it said before, and tells nothing more.
				if (before.some(({ code }) => code === error.code) || (before.length > 0 && member.restsUntil(now) > 0)) return;
				attempts.push({ provider: endpoint.provider.id, endpoint: place.name, code: error.code, message: error.message });
			};
			if (member.restsUntil(now) > 0) {
				note(member.resting(now));
				continue;
			}
			try {
				options.asking?.(choice);
				const snapshot = await member.attempt(() => endpoint.submit(request, { ...options, elsewhere: true }));
				return { snapshot: noted(snapshot, name, attempts), endpoint, request };
			} catch (thrown) {
				const error = toImageError(thrown);
				if (!goesElsewhere(error)) throw error;
				note(error);
			}
		}
		throw refusedByAll(failures, attempts);
	}
}

/** Whether the job was certainly not made, for a reason that another endpoint need not share. */
function goesElsewhere(error: ImageError): boolean {
	if (error.code === 'canceled' || error.delivery === 'ambiguous') return false;
	return (isRefusal(error) && concernsEndpoint(error)) || error.code === 'auth' || error.code === 'quotaExceeded';
}

/** What is said when nobody took the job: the mildest failure decides whether one may come again, and the first to be free, when. */
function refusedByAll(failures: readonly ImageError[], attempts: readonly Attempt[]): ImageError {
	const mildest = failures.find(({ retryable }) => retryable) ?? failures[0];
	const waits = failures.flatMap(({ retryable, retryAfterMs }) => (retryable ? [retryAfterMs ?? 0] : []));
	return new ImageError(mildest?.code ?? 'overloaded', {
		message: `No endpoint took the request. ${attempts.map(({ provider, endpoint, message }) => `${provider}, ${endpoint}: ${message}`).join('; ')}`,
		hint: mildest?.hint ?? null,
		retryable: mildest?.retryable ?? true,
		httpStatus: mildest?.httpStatus ?? null,
		retryAfterMs: waits.length > 0 ? Math.min(...waits) : null,
		delivery: 'notSent',
	});
}

function noted(snapshot: JobSnapshot, endpoint: string | null, attempts: readonly Attempt[]): JobSnapshot {
	const job = { ...snapshot.job, ...(endpoint === null ? {} : { endpoint }), ...(attempts.length > 0 ? { attempts: [...attempts] } : {}) };
	return { ...snapshot, job };
}
