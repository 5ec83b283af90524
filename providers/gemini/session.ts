import type { GenerateContentConfig } from '@google/genai';
import { BoundedMap } from '../../model/boundedMap';
import { ImageError, type Outcome, outcomeOf } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { foundJob } from '../foundJob';
import { lookedUp } from '../lookUp';
import { pollEach } from '../pollEach';
import type { CallOptions, Session, SubmitCall } from '../provider';
import type { GeminiConfig } from './config';
import { fromBatch, fromResponses, statusOfBatch } from './batch';
import type { GeminiClient, LongCall } from './client';
import { isNotAccepted, wantsOneEach } from './errors';
import { type ContentRequest, fromAnswers, toContentRequest } from './mapping';
import { type EndpointKind, modelOf, models } from './models';
import type { BatchJob, ContentAnswer } from './wire';

/** Time-out of the API for one call, in ms. */
const longestMs = 10 * 60_000;

/**
 * The largest difference between n8n's clock and Google's, in ms. The batch is found by its name, which is unique, so
 * reading further back cannot find a wrong batch.
 */
const maxClockDifferenceMs = 10 * 60_000;

const isBatch = ({ extras }: ImageRequest) => extras?.['batch'] === true;

/** The verbs over the API. A direct call answers with the finished job; a batch is a job that must be polled. */
export function geminiSession(client: GeminiClient, { own, baseUrl }: GeminiConfig): Session {
	/** Models that have answered that they give only one candidate per call. */
	const oneEach = new BoundedMap<true>({ max: 100 });

	async function status(name: string, options: CallOptions): Promise<JobSnapshot> {
		const batch = await client.batch(name, options);
		if (statusOfBatch(batch) !== 'succeeded') return fromBatch(batch);
		const { fileName, inlinedResponses } = batch.dest;
		return fromResponses(
			batch,
			inlinedResponses?.length ? inlinedResponses : fileName ? await client.responsesIn(fileName, options) : [],
		);
	}

	/** One call for all images if the model gives several candidates; otherwise one call for each image. */
	async function answersTo(
		content: ContentRequest,
		count: number,
		{ paid, ...call }: LongCall & Pick<SubmitCall, 'paid'>,
	): Promise<Array<Outcome<ContentAnswer>>> {
		const ask = (part: number, config: Partial<GenerateContentConfig>) =>
			paid(
				part,
				() => client.generate({ ...content, config: { ...content.config, ...config } }, call),
				() => null,
			);
		if (count === 1) return [await outcomeOf(ask(0, {}))];
		if (!oneEach.has(content.model)) {
			const together = await outcomeOf(ask(0, { candidateCount: count }));
			if (together.ok || !wantsOneEach(together.error)) return [together];
			oneEach.set(content.model, true);
		}
		// Every call has its own seed, because the same seed would make the same image.
		const seedOf = (part: number) =>
			content.config.seed === undefined ? {} : { seed: content.config.seed + part };
		return await Promise.all(
			Array.from({ length: count }, (_, part) => repeatIfRateLimited(() => ask(part, seedOf(part)))),
		);
	}

	async function submitBatch(
		request: ImageRequest,
		{ model, contents, config }: ContentRequest,
		{ idempotencyKey, paid, signal }: SubmitCall,
	): Promise<BatchJob> {
		const requests = Array.from({ length: request.count }, (_, index) => ({
			contents,
			config: { ...config, ...(config.seed === undefined ? {} : { seed: config.seed + index }) },
		}));
		return await paid(
			0,
			() => client.createBatch({ model, displayName: idempotencyKey, requests }, { signal }),
			({ name }) => name,
		);
	}

	return {
		async submit(request, options) {
			const { idempotencyKey, maxWaitMs, made, givenUp, paid, signal } = options;
			const known = made.get(0);
			if (known !== undefined) return foundJob('gemini', known, request.count, idempotencyKey);
			if (givenUp) throw givenUp;
			const content = await toContentRequest(request);
			checkModel(content.model, own.endpoint);
			if (isBatch(request))
				return ofRequest(fromBatch(await submitBatch(request, content, options)), request, idempotencyKey);
			const outcomes = await answersTo(content, request.count, {
				paid,
				signal,
				timeoutMs: Math.max(1_000, Math.min(maxWaitMs, longestMs)),
			});
			const answers = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
			const lost = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
			// If nothing arrived, an unknown outcome matters more than a request that was not accepted.
			const worst = lost.find(({ outcome }) => outcome === 'unknown') ?? lost[0];
			if (answers.length === 0 && worst) throw worst;
			return fromAnswers(answers, lost, { ...request, model: content.model }, idempotencyKey);
		},
		// A batch may exist although its answer was a 500: Google's statement about charges concerns direct calls.
		isNotAccepted: (answer, request) =>
			isNotAccepted(answer, baseUrl) &&
			!(answer.status >= 500 && answer.status !== 503 && request !== undefined && isBatch(request)),
		canLookUp: isBatch,
		looksUpByKey: true,
		async lookUp(_request, { idempotencyKey, ...call }) {
			const since = call.since - maxClockDifferenceMs;
			let unreadable = 0;
			for await (const { rows, unreadable: more } of client.batchPages(call)) {
				const own = rows.find(({ displayName }) => displayName === idempotencyKey);
				if (own) return { found: new Map([[0, own.name]]), conclusive: true };
				unreadable += more;
				if (rows.some(({ createTime }) => Date.parse(createTime ?? '') < since)) break;
			}
			if (unreadable > 0)
				return {
					found: new Map(),
					conclusive: false,
					reason: `Gemini lists ${unreadable} batches without a readable name`,
				};
			return lookedUp(new Map(), call, 'Gemini');
		},
		poll: async (ids, options) => await pollEach(ids, async (id) => await status(id, options)),
		async cancel(id, options) {
			const outcome = await outcomeOf(client.cancelBatch(id, options));
			if (!outcome.ok && outcome.error.code !== 'invalidRequest') throw outcome.error;
			// If the batch has ended in the meantime, the API answers with an error or ignores the call.
			const snapshot = await status(id, options);
			if (isTerminal(snapshot.job.status) && snapshot.job.status !== 'canceled')
				throw new ImageError('conflict', {
					message: `The batch is ${snapshot.job.status} and cannot be canceled`,
				});
			// An earlier cancel whose answer was lost is still a cancel.
			if (!outcome.ok && snapshot.job.status !== 'canceled') throw outcome.error;
			return snapshot;
		},
		async *list(options) {
			for await (const { rows } of client.batchPages(options))
				for (const batch of rows)
					yield {
						snapshot: fromBatch(batch),
						request: batch.model ? { model: batch.model.replace(/^models\//, '') } : {},
					};
		},
		async models(options) {
			const offered = await client.models(options);
			return offered
				.map(({ name, displayName }) => ({ value: name.replace(/^models\//, ''), name: displayName ?? name }))
				.filter(({ value }) => /image/.test(value) && !value.startsWith('imagen'));
		},
	};
}

/**
 * Repeats a call that was rate limited. The endpoint's pacing delays the repeat. Without it, the images of the other
 * calls would be lost.
 */
async function repeatIfRateLimited(call: () => Promise<ContentAnswer>, more = 2): Promise<Outcome<ContentAnswer>> {
	const outcome = await outcomeOf(call());
	return !outcome.ok && outcome.error.code === 'rateLimited' && outcome.error.outcome !== 'unknown' && more > 0
		? await repeatIfRateLimited(call, more - 1)
		: outcome;
}

/** Adds what the API does not report until a batch has ended: the number of images and our key. */
function ofRequest(snapshot: JobSnapshot, { count }: ImageRequest, idempotencyKey: string): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, total: snapshot.job.total ?? count, idempotencyKey } };
}

/** Throws if, according to the document's table, this kind of endpoint does not have the model. */
function checkModel(model: string, endpoint: EndpointKind): void {
	if (modelOf(model)?.endpoints.includes(endpoint) !== false) return;
	const able = Object.entries(models).flatMap(([name, { endpoints }]) =>
		endpoints.includes(endpoint) ? [name] : [],
	);
	throw new ImageError('invalidRequest', {
		message: `The ${endpoint} endpoint does not have ${model}`,
		hint: `It has: ${able.join(', ')}`,
		delivery: 'notSent',
	});
}
