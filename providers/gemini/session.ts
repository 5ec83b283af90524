import { ImageError, type Outcome, outcomeOf } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { pollEach } from '../pollEach';
import type { CallOptions, Session } from '../provider';
import type { GeminiConfig } from './adapter';
import { fromBatch, fromResponses, statusOfBatch } from './batch';
import type { GeminiClient, LongCall } from './client';
import { wantsOneEach } from './errors';
import { type ContentRequest, fromAnswers, toContentRequest } from './mapping';
import { type EndpointKind, modelOf, models } from './models';
import type { BatchJob, ContentAnswer } from './wire';

/** The API gives up after this long. */
const longestMs = 10 * 60_000;
/** Clocks of n8n and the server may differ by so much. */
const clockSkewMs = 5_000;

const isBatch = ({ extras }: ImageRequest) => extras?.['batch'] === true;

/** The verbs over the API: a direct call answers with the finished job, a batch is a job that runs. */
export function geminiSession(client: GeminiClient, { own }: GeminiConfig): Session {
	/** Models that have said to give one candidate a call. */
	const oneEach = new Set<string>();

	async function look(name: string, options: CallOptions): Promise<JobSnapshot> {
		const batch = await client.batch(name, options);
		if (statusOfBatch(batch) !== 'succeeded') return fromBatch(batch);
		const { fileName, inlinedResponses } = batch.dest ?? {};
		return fromResponses(batch, inlinedResponses ?? (fileName ? await client.responsesIn(fileName, options) : []));
	}

	/** One call for all, where the model gives several candidates; else a call each, of which some may fail. */
	async function answersTo(content: ContentRequest, count: number, options: LongCall): Promise<Array<Outcome<ContentAnswer>>> {
		if (count === 1) return [await outcomeOf(client.generate(content, options))];
		if (!oneEach.has(content.model)) {
			const together = await outcomeOf(client.generate({ ...content, config: { ...content.config, candidateCount: count } }, options));
			if (together.ok || !wantsOneEach(together.error)) return [together];
			oneEach.add(content.model);
		}
		// Each its own seed, or all would be the same picture.
		const seedOf = (place: number) => (content.config.seed === undefined ? {} : { seed: content.config.seed + place });
		return await Promise.all(Array.from({ length: count }, (_, place) => patiently(() => client.generate({ ...content, config: { ...content.config, ...seedOf(place) } }, options))));
	}

	return {
		async submit(request, { idempotencyKey, maxWaitMs, signal }) {
			const content = await toContentRequest(request);
			refuseModel(content.model, own.endpoint);
			if (isBatch(request)) {
				const { model, contents, config } = content;
				const requests = Array.from({ length: request.count }, (_, place) => ({ contents, config: { ...config, ...(config.seed === undefined ? {} : { seed: config.seed + place }) } }));
				return ofRequest(await client.createBatch({ model, displayName: idempotencyKey, requests }, { signal }), request);
			}
			const outcomes = await answersTo(content, request.count, { signal, timeoutMs: Math.max(1_000, Math.min(maxWaitMs, longestMs)) });
			const answers = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
			const lost = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
			// Where nothing came: that something may have been made all the same weighs more than a refusal.
			const [worst] = [...lost].sort((a, b) => Number(b.delivery === 'ambiguous') - Number(a.delivery === 'ambiguous'));
			if (answers.length === 0 && worst) throw worst;
			return fromAnswers(answers, lost, { ...request, model: content.model }, idempotencyKey);
		},
		canFind: isBatch,
		findsByKey: true,
		async find(request, { idempotencyKey, since, ...options }) {
			for await (const batch of client.batches(options)) {
				if (Date.parse(batch.createTime ?? '') < since - clockSkewMs) return null;
				if (batch.displayName === idempotencyKey) return ofRequest(batch, request);
			}
			return null;
		},
		poll: async (ids, options) => await pollEach(ids, async (id) => await look(id, options)),
		async cancel(id, options) {
			const outcome = await outcomeOf(client.cancelBatch(id, options));
			if (!outcome.ok && outcome.error.code !== 'invalidRequest') throw outcome.error;
			// One that has ended in the meantime is refused, or silently let be.
			const snapshot = await look(id, options);
			if (isTerminal(snapshot.job.status) && snapshot.job.status !== 'canceled') throw new ImageError('conflict', { message: `The batch is ${snapshot.job.status} and cannot be canceled` });
			if (!outcome.ok) throw outcome.error;
			return snapshot;
		},
		async *list(options) {
			for await (const batch of client.batches(options)) yield { snapshot: fromBatch(batch), request: batch.model ? { model: batch.model.replace(/^models\//, '') } : {} };
		},
		async models(options) {
			const offered = await client.models(options);
			return offered.map(({ name, displayName }) => ({ value: name.replace(/^models\//, ''), name: displayName ?? name })).filter(({ value }) => /image/.test(value) && !value.startsWith('imagen'));
		},
	};
}

/** "Too fast" slows the whole endpoint, so that a further call comes in its turn; what the others have made is not given up for it. */
async function patiently(call: () => Promise<ContentAnswer>, more = 2): Promise<Outcome<ContentAnswer>> {
	const outcome = await outcomeOf(call());
	return !outcome.ok && outcome.error.code === 'rateLimited' && more > 0 ? await patiently(call, more - 1) : outcome;
}

/** How many pictures were asked for the API does not tell again before they are there. */
function ofRequest(batch: BatchJob, { count }: ImageRequest): JobSnapshot {
	const snapshot = fromBatch(batch);
	return { ...snapshot, job: { ...snapshot.job, total: count } };
}

/** Throws where the document's table says that this kind of endpoint does not have the model. */
function refuseModel(model: string, endpoint: EndpointKind): void {
	if (modelOf(model)?.endpoints.includes(endpoint) !== false) return;
	const able = Object.entries(models).flatMap(([name, { endpoints }]) => (endpoints.includes(endpoint) ? [name] : []));
	throw new ImageError('invalidRequest', { message: `The ${endpoint} endpoint does not have ${model}`, hint: `It has: ${able.join(', ')}`, delivery: 'notSent' });
}
