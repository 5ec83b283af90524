import type { Json } from '../../memory/memory';
import type { ImageRequest } from '../../model/request';
import { Durations, type Expectation } from '../polling/durations';
import type { EndSeen } from '../polling/polledJob';
import type { Clock } from '../runtime/clock';
import type { LearnedValues } from './learnedValues';

/** Jobs under way whose kind is remembered. */
const maxFollowed = 10_000;
/** A job that nobody has seen the end of for so long, in ms, is followed no more. */
const maxAgeMs = 24 * 3_600_000;
/** First word of the names under which durations are kept. */
const prefix = 'durations ';

/** The jobs that this process has submitted and not seen the end of, and how long such jobs run. */
export class JobTimes {
	private readonly durations = new Durations();
	/** Oldest first, as a Map keeps them. */
	private readonly jobs = new Map<string, { kind: string; since: number }>();
	/** Kept durations of kinds that were not met yet, by the kind's hash. */
	private readonly kept = new Map<string, readonly number[]>();
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

	has(id: string): boolean {
		return this.jobs.has(id);
	}

	/** Jobs that run, those that were forgotten left out. */
	get count(): number {
		for (const [id, { since }] of this.jobs) {
			if (this.clock.now() - since < maxAgeMs) break;
			this.jobs.delete(id);
		}
		return this.jobs.size;
	}

	/** How long such a job runs, and since when this one does. undefined where that is not known. */
	expected(id: string): (Expectation & { since: number }) | undefined {
		const job = this.jobs.get(id);
		const expectation = job && this.durations.expect(job.kind);
		return expectation && { ...expectation, since: job.since };
	}

	/**
	 * A job was seen to have ended. What was announced, or polled for from its beginning, tells how long such jobs run.
	 */
	ended(id: string, seen?: EndSeen): void {
		const job = this.jobs.get(id);
		if (!job) return;
		this.jobs.delete(id);
		const now = this.clock.now();
		const took = now - job.since;
		if (seen === undefined) return;
		if (seen === 'announced') this.durations.record(job.kind, took);
		// Somebody who came back after a while saw the end long after it was.
		else if (seen.since - job.since > Math.max(500, took / 10)) return;
		// It ended between two polls; found at the first one, a little sooner, so that jobs that have become quicker
		// are noticed.
		else
			this.durations.record(
				job.kind,
				seen.lastRunning === null ? took * 0.9 : took - (now - seen.lastRunning) / 2,
			);
		this.keep(job.kind);
	}

	/** Kinds are kept by their hashes alone: a model's name may be anything that a user typed. */
	private keep(kind: string): void {
		const times = () => ({ at: this.clock.now(), ms: this.durations.of(kind).map(Math.round) });
		if (this.digest) this.values.change(prefix + this.digest(kind), times);
	}

	private restore(values: Readonly<Record<string, Json>>, digest: (kind: string) => string): void {
		this.digest = digest;
		const read = Object.entries(values).flatMap(([name, value]) => {
			const times = name.startsWith(prefix) ? timesOf(value) : null;
			return times ? [{ ...times, hash: name.slice(prefix.length) }] : [];
		});
		const newest = read.sort((a, b) => b.at - a.at).slice(0, Durations.maxKinds);
		for (const { hash, ms } of newest) this.kept.set(hash, ms);
		const met = new Set([...this.durations.kinds(), ...[...this.jobs.values()].map(({ kind }) => kind)]);
		for (const kind of met) {
			this.recall(kind);
			if (this.durations.of(kind).length > 0) this.keep(kind);
		}
	}

	/** What was kept of a kind counts from the first job of it on. */
	private recall(kind: string): void {
		if (!this.digest || this.kept.size === 0) return;
		const hash = this.digest(kind);
		const ms = this.kept.get(hash);
		if (ms) this.durations.prepend(kind, ms);
		this.kept.delete(hash);
	}
}

/** What jobs that run about as long have in common. */
function kindOf({ model, resolution, aspectRatio, count, references }: ImageRequest): string {
	return JSON.stringify([model, resolution, aspectRatio, count, references?.length ?? 0]);
}

function timesOf(value: Json): { at: number; ms: number[] } | null {
	if (typeof value !== 'object' || value === null || !('ms' in value)) return null;
	const { at, ms } = value;
	const isTime = (time: Json): time is number => typeof time === 'number' && time >= 0 && Number.isFinite(time);
	return typeof at === 'number' && Array.isArray(ms) && ms.every(isTime) ? { at, ms } : null;
}
