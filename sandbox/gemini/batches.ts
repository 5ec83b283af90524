import { randomBytes } from 'node:crypto';
import type { JobEntry, Ledger } from '../shared/books';
import { plannedOutcomeOf } from '../shared/markers';
import type { Timers } from '../shared/timers';
import type { Made } from './answers';
import { type BatchBody, type ContentBody, describe, promptOf } from './request';

type State = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';

export interface Batch {
	name: string;
	displayName: string;
	model: string;
	state: State;
	requests: ContentBody[];
	responses: object[];
	/** The file with the responses, if they are in a file. */
	file: string | null;
	error: { code: number; message: string } | null;
	createdAt: Date;
	updatedAt: Date;
	endedAt: Date | null;
	entry: JobEntry;
}

export interface Workshop {
	ledger: Ledger;
	timers: Timers;
	durationMs: () => number;
	results: () => 'inline' | 'file';
	answer: (model: string, body: ContentBody, place: number) => Promise<Made>;
}

const ENDED: readonly State[] = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'];

/** Batches and their processing. */
export class Batches {
	/** In the order of their creation. */
	readonly all = new Map<string, Batch>();
	/** Results files by their names. */
	readonly files = new Map<string, string>();

	constructor(private readonly workshop: Workshop) {}

	create(model: string, { batch: { displayName, inputConfig } }: BatchBody): Batch {
		const requests = inputConfig.requests.requests.map(({ request }) => request);
		const [first] = requests;
		const prompt = first ? promptOf(first) : '';
		const id = randomBytes(12).toString('hex');
		const now = new Date();
		const entry: JobEntry = {
			id: `batches/${id}`,
			tenant: 'key',
			prompt,
			mode: null,
			idempotencyKey: displayName,
			status: 'PENDING',
			request: { displayName, requests: requests.map((body) => describe(model, body)) },
			createdAt: now.toISOString(),
			finishedAt: null,
			generationsBilled: 0,
		};
		const batch: Batch = {
			name: entry.id,
			displayName,
			model,
			state: 'PENDING',
			requests,
			responses: [],
			file: null,
			error: null,
			createdAt: now,
			updatedAt: now,
			endedAt: null,
			entry,
		};
		this.all.set(batch.name, batch);
		this.workshop.ledger.jobBegan(entry);
		const { timers } = this.workshop;
		const planned = plannedOutcomeOf(prompt);
		const duration = planned.durationMs ?? this.workshop.durationMs() * requests.length;
		const queued = planned.queueMs ?? duration / 5;
		if (queued === Infinity) return batch;
		timers.after(queued, () => this.move(batch, 'RUNNING'));
		if (!planned.hangs) timers.after(queued + duration, () => void this.finish(batch, planned.fail));
		return batch;
	}

	/** Cancels a batch. Returns false if it has already ended. */
	cancel(batch: Batch): boolean {
		if (ENDED.includes(batch.state)) return false;
		this.move(batch, 'CANCELLED');
		return true;
	}

	private async finish(batch: Batch, failure: string | null): Promise<void> {
		if (ENDED.includes(batch.state)) return;
		if (failure !== null) {
			if (failure !== 'EXPIRED') batch.error = { code: 13, message: `The batch failed: ${failure}` };
			this.move(batch, failure === 'EXPIRED' ? 'EXPIRED' : 'FAILED');
			return;
		}
		const made = await Promise.all(
			batch.requests.map(async (body, place) => {
				const prompt = promptOf(body);
				return prompt.includes('[lost]') && place > 0
					? null
					: await this.workshop.answer(batch.model, body, place);
			}),
		);
		batch.responses = made.map((one) =>
			one ? { response: one.answer } : { error: { code: 14, message: 'The model is overloaded.' } },
		);
		if (this.workshop.results() === 'file') {
			batch.file = `files/batch-${batch.name.split('/')[1] ?? ''}`;
			this.files.set(
				batch.file,
				batch.responses
					.map((response, index) => JSON.stringify({ key: `request-${index}`, ...response }))
					.join('\n'),
			);
		}
		batch.entry.generationsBilled = made.some((one) => one?.billed) ? 1 : 0;
		this.move(batch, 'SUCCEEDED');
	}

	private move(batch: Batch, state: State): void {
		if (ENDED.includes(batch.state)) return;
		batch.state = state;
		batch.updatedAt = new Date();
		batch.entry.status = state;
		if (!ENDED.includes(state)) return;
		batch.endedAt = batch.updatedAt;
		batch.entry.finishedAt = batch.updatedAt.toISOString();
		this.workshop.ledger.jobEnded(batch.entry);
	}

	/** Newest first. */
	newest(): Batch[] {
		return [...this.all.values()].reverse();
	}

	clear(): void {
		this.all.clear();
		this.files.clear();
	}
}

/** A batch as the long-running operation it is. */
export function operationView({
	name,
	displayName,
	model,
	state,
	requests,
	responses,
	file,
	error,
	createdAt,
	updatedAt,
	endedAt,
}: Batch): object {
	const output = file === null ? { inlinedResponses: { inlinedResponses: responses } } : { responsesFile: file };
	const count = (of: string) => String(responses.filter((response) => of in response).length);
	return {
		name,
		metadata: {
			'@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch',
			model: `models/${model}`,
			displayName,
			createTime: createdAt.toISOString(),
			updateTime: updatedAt.toISOString(),
			...(endedAt ? { endTime: endedAt.toISOString() } : {}),
			batchStats: {
				requestCount: String(requests.length),
				...(endedAt
					? { successfulRequestCount: count('response'), failedRequestCount: count('error') }
					: { pendingRequestCount: String(requests.length) }),
			},
			state: `BATCH_STATE_${state}`,
			name,
			...(state === 'SUCCEEDED' ? { output } : {}),
		},
		...(endedAt ? { done: true } : {}),
		...(error ? { error } : {}),
	};
}
