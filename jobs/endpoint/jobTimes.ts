import type { Json } from '../../memory/memory';
import type { ImageRequest } from '../../model/request';
import { Durations, type Expectation } from '../polling/durations';
import type { EndSeen } from '../polling/polledJob';
import type { Clock } from '../runtime/clock';
import type { LearnedValues } from './learnedValues';

/** Running jobs whose kind is remembered. */
const maxFollowed = 10_000;
/** A job is forgotten if its end is not seen within this time, in ms. */
const maxAgeMs = 24 * 3_600_000;
/** First word of the names under which durations are saved. */
const prefix = 'durations ';

/** The jobs that this process submitted and that still run, and the durations of such jobs. */
export class JobTimes {
	private readonly durations = new Durations();
	/** Oldest first, as a Map keeps them. */
	private readonly jobs = new Map<string, { kind: string; since: number }>();
	/** Saved durations of kinds that had no job in this process yet, by the kind's hash. */
	private readonly saved = new Map<string, readonly number[]>();
	private digest: ((kind: string) => string) | null = null;

	constructor(
		private readonly clock: Clock,
		private readonly values: LearnedValues,
	) {
		values.whenRead((all, digest) => this.restore(all, digest));
	}

	/** A job of this request runs from now on. */
	began(id: string, request: ImageRequest): void {
		if (this.jobs.has(id)) return;
		const kind = kindOf(request);
		this.recall(kind);
		this.jobs.set(id, { kind, since: this.clock.now() });
		const [oldest] = this.jobs.keys();
		if (this.jobs.size > maxFollowed && oldest !== undefined) this.jobs.delete(oldest);
	}

	/** Whether this process submitted the job and has not seen its end. */
	has(id: string): boolean {
		return this.jobs.has(id);
	}

	/** Running jobs, without those that are too old. */
	get count(): number {
		for (const [id, { since }] of this.jobs) {
			if (this.clock.now() - since < maxAgeMs) break;
			this.jobs.delete(id);
		}
		return this.jobs.size;
	}

	/** The expected duration of the job and the time when it started; undefined if unknown. */
	expected(id: string): (Expectation & { since: number }) | undefined {
		const job = this.jobs.get(id);
		const expectation = job && this.durations.expect(job.kind);
		return expectation && { ...expectation, since: job.since };
	}

	/** Call this when the end of a job was seen. If the end time is precise enough, the job's duration is recorded. */
	ended(id: string, seen?: EndSeen): void {
		const job = this.jobs.get(id);
		if (!job) return;
		this.jobs.delete(id);
		const duration = seen && durationOf(job.since, this.clock.now(), seen);
		if (duration === undefined) return;
		this.durations.record(job.kind, duration);
		this.save(job.kind);
	}

	/** Kinds are saved by their hashes only, because a model name may be any text from a user. */
	private save(kind: string): void {
		const times = () => ({ at: this.clock.date().getTime(), ms: this.durations.of(kind).map(Math.round) });
		if (this.digest) this.values.change(prefix + this.digest(kind), times);
	}

	private restore(values: Readonly<Record<string, Json>>, digest: (kind: string) => string): void {
		this.digest = digest;
		const read = Object.entries(values).flatMap(([name, value]) => {
			const times = name.startsWith(prefix) ? timesOf(value) : null;
			return times ? [{ ...times, hash: name.slice(prefix.length) }] : [];
		});
		const newest = read.sort((a, b) => b.at - a.at).slice(0, Durations.maxKinds);
		for (const { hash, ms } of newest) this.saved.set(hash, ms);
		const met = new Set([...this.durations.kinds(), ...[...this.jobs.values()].map(({ kind }) => kind)]);
		for (const kind of met) {
			this.recall(kind);
			if (this.durations.of(kind).length > 0) this.save(kind);
		}
	}

	/** The saved durations of a kind are loaded with its first job. */
	private recall(kind: string): void {
		if (!this.digest || this.saved.size === 0) return;
		const hash = this.digest(kind);
		const ms = this.saved.get(hash);
		if (ms) this.durations.prepend(kind, ms);
		this.saved.delete(hash);
	}
}

/**
 * If an execution starts to wait later than this after the start of the job, it may see the end much too late, in ms.
 */
const promptMs = 500;
/** The same as a share of the job's duration. */
const promptShare = 0.1;
/** If the first poll finds the end: the probable duration of the job, as a share of the time until that poll. */
const firstPollShare = 0.9;

/** How long a job ran, in ms; undefined if its end was not seen precisely enough. */
function durationOf(since: number, now: number, seen: EndSeen): number | undefined {
	const took = now - since;
	if (seen === 'announced') return took;
	// A wait from the start of the job polls in time; a later wait may find a job that ended long ago.
	if (seen.since - since > Math.max(promptMs, took * promptShare)) return undefined;
	// It ended between two polls. At the first poll a little sooner, so that jobs that became quicker are noticed.
	return seen.lastRunning === null ? took * firstPollShare : took - (now - seen.lastRunning) / 2;
}

/** Jobs of the same model, size, count and references run for about as long. */
function kindOf({ model, resolution, aspectRatio, count, references }: ImageRequest): string {
	return JSON.stringify([model, resolution, aspectRatio, count, references?.length ?? 0]);
}

function timesOf(value: Json): { at: number; ms: number[] } | null {
	if (typeof value !== 'object' || value === null || !('ms' in value)) return null;
	const { at, ms } = value;
	const isTime = (time: Json): time is number => typeof time === 'number' && time >= 0 && Number.isFinite(time);
	return typeof at === 'number' && Array.isArray(ms) && ms.every(isTime) ? { at, ms } : null;
}
