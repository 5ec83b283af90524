import type { JobsState } from '../../jobs/listing/finishedJobs';
import { type ListingEndpoint, pollFinished, type PollOptions } from '../../jobs/listing/finishedJobsPoll';
import { ImageError } from '../../model/errors';
import type { DeliveredImage, JobStatus } from '../../model/job';
import type { ListedSnapshot, Observation, Session } from '../../providers/provider';
import { snapshotOf } from './fakeEndpoint';

const image: DeliveredImage = {
	index: 0,
	url: 'http://x.example/0.png',
	fileName: '0.png',
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
};
const iso = (time: number) => new Date(time).toISOString();
export const cut = () => new ImageError('network', { message: 'cut', delivery: 'ambiguous' });

/** A job of the provider: when it was made, when the list begins to show it, when it ends. */
export interface Made {
	id: string;
	createdAt: number;
	visibleAt: number;
	endsAt: number;
	status?: JobStatus;
	prompt?: string;
	/** Whether the list shows it without its images. */
	isIncomplete?: boolean;
}

/** A provider whose list is paged by position. If a job appears between two pages, the second page repeats a row. */
export class ListingProvider {
	now = 0;
	pageSize = 3;
	/** Time that passes between two pages, ms. */
	pageMs = 0;
	failAfterRows = Number.POSITIVE_INFINITY;
	failPolls = false;
	readonly polled: string[][] = [];

	constructor(public made: Made[] = []) {}

	snapshot({ id, createdAt, endsAt, status = 'succeeded' }: Made) {
		const done = endsAt <= this.now;
		const snapshot = snapshotOf(id, done ? status : 'running', {
			createdAt: iso(createdAt),
			updatedAt: done ? iso(endsAt) : null,
		});
		return { ...snapshot, images: done && status === 'succeeded' ? [image] : [] };
	}

	private visible(): Made[] {
		return this.made.filter(({ visibleAt }) => visibleAt <= this.now).sort((a, b) => b.createdAt - a.createdAt);
	}

	private async *list(): AsyncGenerator<ListedSnapshot> {
		let rows = 0;
		for (let start = 0; start < this.visible().length; start += this.pageSize) {
			const page = this.visible()
				.slice(start, start + this.pageSize)
				.map((made) => ({ made, snapshot: this.snapshot(made) }));
			for (const { made, snapshot } of page) {
				if (++rows > this.failAfterRows) throw cut();
				yield {
					snapshot: made.isIncomplete ? { ...snapshot, images: [] } : snapshot,
					request: made.prompt === undefined ? {} : { prompt: made.prompt },
				};
			}
			this.now += this.pageMs;
		}
	}

	private async poll(ids: readonly string[]): Promise<Map<string, Observation>> {
		if (this.failPolls) throw cut();
		this.polled.push([...ids]);
		return new Map(
			ids.map((id) => {
				const made = this.made.find((one) => one.id === id);
				return [
					id,
					made
						? { ok: true, snapshot: this.snapshot(made) }
						: { ok: false, error: new ImageError('notFound', { message: 'gone' }) },
				];
			}),
		);
	}

	endpoint(): ListingEndpoint {
		const session: Session = {
			submit: async () => Promise.reject(cut()),
			isNotAccepted: () => false,
			list: () => this.list(),
			poll: (ids) => this.poll(ids),
		};
		return { session, read: (call) => call(session), pollOnce: (ids) => this.poll(ids) };
	}
}

export const pollOptions = (state: JobsState | null, patch: Partial<PollOptions> = {}): PollOptions => ({
	state,
	since: null,
	statuses: ['succeeded', 'partial', 'failed'],
	promptContains: '',
	maxJobs: 100,
	random: () => 0,
	hasTime: () => true,
	...patch,
});

/** Polls the list once and accepts all the jobs it finds. */
export async function pollList(provider: ListingProvider, state: JobsState | null, patch: Partial<PollOptions> = {}) {
	const result = await pollFinished(provider.endpoint(), pollOptions(state, patch));
	return {
		ids: result.finished.map(({ snapshot }) => snapshot.job.id),
		jobs: result.finished,
		truncated: result.truncated,
		state: result.after(result.finished.length).state,
	};
}

export const ended = (id: string, at: number, patch: Partial<Made> = {}): Made => ({
	id,
	createdAt: at,
	visibleAt: at,
	endsAt: at,
	...patch,
});
