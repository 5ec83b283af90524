import { randomUUID } from 'node:crypto';
import type { ErrorAnswer } from '../shared/baseStandIn';
import type { JobEntry, Ledger } from '../shared/books';
import { plannedOutcomeOf } from '../shared/markers';
import type { Timers } from '../shared/timers';

/** The services behind the server. Each generation is a job in the books, paid if it makes pictures. */
export class Upstream {
	/** @param problem the server's own text for a rejected prompt */
	constructor(
		private readonly ledger: Ledger,
		private readonly timers: Timers,
		private readonly problem: (status: number, message: string) => ErrorAnswer,
	) {}

	/**
	 * Runs one generation. A client that disconnects early still pays for it.
	 * @param usualMs duration without a marker
	 * @throws if the generation fails
	 */
	async run(prompt: string, request: Record<string, unknown>, usualMs: number): Promise<void> {
		const { fail, rejectsContent, durationMs, hangs } = plannedOutcomeOf(prompt);
		const entry = this.begin(prompt, request);
		if (hangs) await new Promise(() => undefined);
		await this.timers.pause(durationMs ?? usualMs);
		this.end(entry);
		if (rejectsContent) throw this.problem(500, 'The prompt was blocked by the safety filter of the upstream');
		// The real server also reports errors with status 200.
		if (fail === 'SOFT') throw this.problem(200, 'The upstream gave no image');
		if (fail !== null) throw this.problem(500, `The upstream failed: ${fail}`);
	}

	/**
	 * Enters a generation in the books.
	 * @param request without keys
	 */
	begin(prompt: string, request: Record<string, unknown>): JobEntry {
		const entry: JobEntry = {
			id: randomUUID(),
			tenant: 'anonymous',
			prompt,
			mode: null,
			idempotencyKey: null,
			status: 'running',
			request: JSON.parse(JSON.stringify(request)) as Record<string, unknown>,
			createdAt: new Date().toISOString(),
			finishedAt: null,
			generationsBilled: 0,
		};
		this.ledger.jobBegan(entry);
		return entry;
	}

	/** Ends a generation as the markers of its prompt require. */
	end(entry: JobEntry): void {
		const { fail, rejectsContent } = plannedOutcomeOf(entry.prompt);
		const good = fail === null && !rejectsContent;
		entry.status = good ? 'succeeded' : 'failed';
		entry.finishedAt = new Date().toISOString();
		entry.generationsBilled = good ? 1 : 0;
		this.ledger.jobEnded(entry);
	}
}
