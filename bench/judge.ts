import type { Books } from '../sandbox';

export interface Load {
	jobs: number;
	inFlight: number;
	/** 0: no limit. */
	requestsPerMinute: number;
}

export interface Measured {
	/** Relative to the lower bound under the provider's limits. */
	makespan: number;
	/** Relative to the lower bound with polling: one poll per group of jobs that run at once. */
	makespanOfPolling: number;
	/** Requests including submits, without downloads. */
	requestsPerJob: number;
	/** Time from the end of a job at the provider to its first report, as a share of the job's duration. */
	medianDelay: number;
	tooManyRequests: number;
}

/** Lower bound: the same jobs without any detection delay. Each begins as soon as a slot and the rate allow. */
function bound(durations: readonly number[], inFlight: number, perMinute: number): number {
	const free = Array.from({ length: inFlight }, () => 0);
	const begun: number[] = [];
	for (const duration of durations) {
		free.sort((a, b) => a - b);
		const [place = 0] = free;
		const allowed = perMinute > 0 ? (begun.at(-Math.floor(perMinute)) ?? Number.NEGATIVE_INFINITY) + 60_000 : 0;
		const at = Math.max(place, allowed);
		begun.push(at);
		free[0] = at + duration;
	}
	return Math.max(...free);
}

/** The figures of one batch, from the books of the sandbox. */
export function judge(books: Books, endedAt: number, { inFlight, requestsPerMinute }: Load): Measured {
	const times = books.jobs.map(({ createdAt, finishedAt, reportedAt }) => ({
		created: Date.parse(createdAt),
		finished: Date.parse(finishedAt ?? ''),
		reported: Date.parse(reportedAt ?? ''),
	}));
	const durations = times.map(({ created, finished }) => finished - created);
	const delays = times
		.map(({ reported, finished }, place) => (reported - finished) / (durations[place] ?? 1))
		.sort((a, b) => a - b);
	const took = endedAt - Math.min(...times.map(({ created }) => created));
	const requests = Object.entries(books.requests).reduce(
		(sum, [route, count]) => sum + (/\/v1\//.test(route) ? count : 0),
		0,
	);
	return {
		makespan: took / bound(durations, inFlight, requestsPerMinute),
		makespanOfPolling: took / bound(durations, inFlight, (requestsPerMinute * inFlight) / (inFlight + 1)),
		requestsPerJob: requests / books.jobs.length,
		medianDelay: delays[Math.floor(delays.length / 2)] ?? Number.NaN,
		tooManyRequests: books.tooManyRequests,
	};
}
