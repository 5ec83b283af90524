import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { checkRequest } from '../../providers/requestCheck';
import type { GeminiSession } from '../../providers/gemini/adapter';
import { fromBatch } from '../../providers/gemini/batch';
import { gemini } from '../../providers/gemini/definition';
import { picturesIn, toContentRequest, withoutData, wordsOf } from '../../providers/gemini/mapping';
import { usageOf } from '../../providers/gemini/usage';
import type { ContentAnswer } from '../../providers/gemini/wire';
import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { inputFile } from '../pictures/inputFile';
import { toItem, withoutBytes } from '../items/items';
import { namesIn, promptsOf } from '../operations/lists';
import { type OperationCall, type OperationRun, PartialAnswer } from '../operations/operation';
import { jobOf, operationResult } from '../operations/paid';
import { answerItem, requiredText, wantedRows } from '../operations/run';
import { readMaxWait, textParameter } from '../parameters/parameters';
import { createPictures, type Fetched } from '../pictures/pictures';

type Call = OperationCall<GeminiSession>;

/** Each operation by `resource:operation`. What is paid is sent once and never repeated by itself. */
export const runs: Readonly<Record<string, OperationRun<GeminiSession>>> = {
	'content:generate': async (call) => {
		const request = readContent(call);
		const content = await toContentRequest(request);
		const maxWaitMs = readMaxWait(call.context, call.itemIndex, 300);
		const { references = [], ...described } = request;
		const made = await call.paid.run({
			...call,
			name: 'content:generate',
			request: { ...described },
			references,
			images: 1,
			maxWaitMs,
			submit: async ({ paid, maxWaitMs: timeoutMs }) => {
				const answer = await paid(
					0,
					() =>
						call.endpoint.session.client.generate(content, {
							signal: call.signal,
							timeoutMs: Math.max(1_000, timeoutMs),
						}),
					() => null,
				);
				return contentResult(answer, content.model, optionsOf(call).includeRaw === true);
			},
		});
		const json: IDataObject = { ...(made.output as IDataObject | undefined), ...jobOf(made) };
		const [contentError] = contentFailures(made);
		if (contentError) throw contentError;
		const { snapshot, binary } = await fetched(call, made);
		// The words are paid for as well: a picture that cannot be had does not take them along.
		if (snapshot.job.error)
			throw new PartialAnswer(new ImageError(snapshot.job.error.code, snapshot.job.error), json);
		return [
			{
				...answerItem(call, { ...json, images: snapshot.images.map(withoutBytes) }),
				...(Object.keys(binary).length > 0 ? { binary } : {}),
			},
		];
	},
	'batch:create': async (call) => {
		const common = readSizes(call, (name) => textParameter(call.context, name, call.itemIndex));
		const prompts = promptsOf(call);
		for (const prompt of prompts) checkRequest(gemini, { prompt, count: 1, ...common });
		const requests = await Promise.all(
			prompts.map(async (prompt) => await toContentRequest({ prompt, count: 1, ...common })),
		);
		const { session } = call.endpoint;
		const { client } = session;
		const lookUp = session.lookUp?.bind(session);
		// The key behind the name is what a lost batch is found by.
		const nameWith = (key: string) => `${textParameter(call.context, 'name', call.itemIndex) || 'n8n'} ${key}`;
		const snapshot = await call.paid.run({
			...call,
			name: 'batch:create',
			request: { prompts, ...common },
			images: prompts.length,
			maxWaitMs: batchCreateMs,
			submit: async ({ paid, idempotencyKey, made, signal }) => {
				const known = made.get(0);
				if (known !== undefined) return fromBatch(await client.batch(known, { signal }));
				return fromBatch(
					await paid(
						0,
						() =>
							client.createBatch(
								{ model: common.model, displayName: nameWith(idempotencyKey), requests },
								{ signal },
							),
						({ name }) => name,
					),
				);
			},
			extras: { batch: true },
			...(lookUp
				? {
						lookUp: (request, options) =>
							lookUp(request, { ...options, idempotencyKey: nameWith(options.idempotencyKey) }),
					}
				: {}),
		});
		return [
			item(
				call,
				{ ...snapshot, job: { ...snapshot.job, total: prompts.length } },
				{ prompts, count: prompts.length, ...common },
			),
		];
	},
	'batch:getAll': async (call) => {
		const wanted = wantedRows(call);
		return await call.endpoint.read(async (session) => {
			const items: INodeExecutionData[] = [];
			for await (const { snapshot, request } of session.list?.(call) ?? []) {
				items.push(item(call, snapshot, request));
				if (items.length >= wanted) break;
			}
			return items;
		}, call.signal);
	},
	'batch:get': async (call) => {
		const id = requiredText(call, 'batchId', 'Batch ID');
		const observation = (await call.endpoint.pollOnce([id], call.signal)).get(id);
		if (!observation?.ok)
			throw observation?.error ?? new ImageError('notFound', { message: `There is no batch ${id}` });
		const { snapshot, binary } = await fetched(call, observation.snapshot);
		return [item(call, snapshot, {}, binary)];
	},
	'batch:cancel': async (call) => [
		item(call, await call.endpoint.cancel(requiredText(call, 'batchId', 'Batch ID'), call.signal), {}),
	],
	'batch:delete': async (call) => {
		const id = requiredText(call, 'batchId', 'Batch ID');
		await call.endpoint.session.client.deleteBatch(id, call);
		return [answerItem(call, { deleted: true, id })];
	},
	'model:getAll': async (call) =>
		(await call.endpoint.read(({ client }) => client.models(call), call.signal)).map((model) =>
			answerItem(call, model),
		),
	'model:get': async (call) => [
		answerItem(
			call,
			await call.endpoint.read(
				({ client }) => client.model(requiredText(call, 'modelName', 'Model Name'), call),
				call.signal,
			),
		),
	],
};

/** How long a batch may take to be accepted, ms. */
const batchCreateMs = 5 * 60_000;

/** A direct answer as the journal keeps it: the words in `output`, the pictures as images. */
function contentResult(answer: ContentAnswer, model: string, includeRaw: boolean): JobSnapshot {
	const { images, failures } = picturesIn([answer]);
	const text = wordsOf(answer);
	const [contentError] = failures;
	const usage = usageOf([answer], model);
	const output = {
		text,
		finishReasons: answer.candidates.map(({ finishReason }) => finishReason ?? null),
		model: answer.modelVersion ?? model,
		...(usage ? { usage: { ...usage } } : {}),
		...(includeRaw ? { raw: withoutData(answer) as object } : {}),
	};
	const result = operationResult('gemini', output, images);
	if (images.length > 0 || text !== '' || !contentError) return result;
	return { ...result, job: { ...result.job, status: 'failed', error: contentError.toJobError() } };
}

function contentFailures({ job }: JobSnapshot): ImageError[] {
	return job.status === 'failed' && job.error ? [new ImageError(job.error.code, job.error)] : [];
}

interface Options {
	aspectRatio?: string;
	resolution?: string;
	seed?: number;
	temperature?: number;
	topP?: number;
	topK?: number;
	includeRaw?: boolean;
}

const optionsOf = ({ context, itemIndex }: Call): Options => context.getNodeParameter('options', itemIndex, {});

/** The request of Content: Generate, checked. */
function readContent(call: Call): ImageRequest {
	const { context, itemIndex } = call;
	const { seed, temperature, topP, topK, ...more } = optionsOf(call);
	const extras = Object.fromEntries(
		Object.entries({ temperature, topP, topK }).filter(
			(entry): entry is [string, number] => entry[1] !== undefined,
		),
	);
	const references = namesIn(context.getNodeParameter('binaryFields', itemIndex, '')).map((field) => ({
		kind: 'binary' as const,
		...inputFile(context, itemIndex, field),
	}));
	const request: ImageRequest = {
		prompt: requiredText(call, 'prompt', 'Prompt'),
		count: 1,
		...readSizes(call, (name) => more[name] ?? ''),
		...(seed === undefined ? {} : { seed }),
		extras,
		references,
	};
	checkRequest(gemini, request);
	return request;
}

function readSizes(
	call: Call,
	text: (name: 'aspectRatio' | 'resolution') => string,
): { model: string; aspectRatio?: string; resolution?: string } {
	const [aspectRatio, resolution] = [text('aspectRatio'), text('resolution')];
	return {
		model: requiredText(call, 'model', 'Model'),
		...(aspectRatio ? { aspectRatio } : {}),
		...(resolution ? { resolution } : {}),
	};
}

async function fetched(
	{ context, itemIndex, endpoint, signal }: Call,
	snapshot: JobSnapshot,
): Promise<Pick<Fetched, 'snapshot' | 'binary'>> {
	const hasBytes = snapshot.images.some((image) => image.inline);
	if (snapshot.images.length === 0 || !(hasBytes || context.getNodeParameter('download', itemIndex, true)))
		return { snapshot, binary: {} };
	return await createPictures(
		(data, name, type) => context.helpers.prepareBinaryData(data, name, type),
		signal,
	).fetch(snapshot, endpoint);
}

function item(
	call: Call,
	snapshot: JobSnapshot,
	request: Record<string, unknown>,
	binary?: IBinaryKeyData,
): INodeExecutionData {
	return toItem({ snapshot, request, binary, itemIndex: call.itemIndex, includeRaw: optionsOf(call).includeRaw });
}
