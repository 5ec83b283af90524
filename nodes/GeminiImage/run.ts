import type { IBinaryKeyData, INodeExecutionData } from 'n8n-workflow';
import { checkRequest } from '../../providers/requestCheck';
import type { GeminiSession } from '../../providers/gemini/adapter';
import { fromBatch } from '../../providers/gemini/batch';
import { gemini } from '../../providers/gemini/definition';
import { picturesIn, toContentRequest, withoutData, wordsOf } from '../../providers/gemini/mapping';
import { usageOf } from '../../providers/gemini/usage';
import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { inputFile } from '../shared/inputFile';
import { blankJob, toItem, withoutBytes } from '../shared/items';
import { namesIn, promptsOf } from '../shared/operations/lists';
import { type OperationCall, type OperationRun, PartialAnswer } from '../shared/operations/operation';
import { answerItem, requiredText, wantedRows } from '../shared/operations/run';
import { readMaxWait, textParameter } from '../shared/parameters';
import { createPictures, type Fetched } from '../shared/pictures';

type Call = OperationCall<GeminiSession>;

/** Each operation by `resource:operation`. What is paid is sent once and never repeated by itself. */
export const runs: Readonly<Record<string, OperationRun<GeminiSession>>> = {
	'content:generate': async (call) => {
		const request = readContent(call);
		const content = await toContentRequest(request);
		const answer = await call.endpoint.session.client.generate(content, { signal: call.signal, timeoutMs: readMaxWait(call.context, call.itemIndex, 300) });
		const found = picturesIn([answer]);
		const text = wordsOf(answer);
		const [refused] = found.failures;
		if (found.images.length === 0 && text === '' && refused) throw refused;
		const usage = usageOf([answer], content.model);
		const json = { text, finishReasons: (answer.candidates ?? []).map(({ finishReason }) => finishReason ?? null), model: answer.modelVersion ?? content.model, ...(usage ? { usage: { ...usage } } : {}), ...(optionsOf(call).includeRaw ? { raw: withoutData(answer) as object } : {}) };
		const { snapshot, binary } = await fetched(call, { job: { ...blankJob('gemini'), status: 'succeeded' }, images: found.images, raw: null });
		// The words are paid for as well: a picture that cannot be had does not take them along.
		if (snapshot.job.error) throw new PartialAnswer(new ImageError(snapshot.job.error.code, snapshot.job.error), json);
		return [{ ...answerItem(call, { ...json, images: snapshot.images.map(withoutBytes) }), ...(Object.keys(binary).length > 0 ? { binary } : {}) }];
	},
	'batch:create': async (call) => {
		const common = readSizes(call, (name) => textParameter(call.context, name, call.itemIndex));
		const prompts = promptsOf(call);
		for (const prompt of prompts) checkRequest(gemini, { prompt, count: 1, ...common });
		const requests = await Promise.all(prompts.map(async (prompt) => await toContentRequest({ prompt, count: 1, ...common })));
		const snapshot = fromBatch(await call.endpoint.session.client.createBatch({ model: common.model, displayName: textParameter(call.context, 'name', call.itemIndex) || 'n8n', requests }, call));
		return [item(call, { ...snapshot, job: { ...snapshot.job, total: prompts.length } }, { prompts, count: prompts.length, ...common })];
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
		const observation = (await call.endpoint.look([id], call.signal)).get(id);
		if (!observation?.ok) throw observation?.error ?? new ImageError('notFound', { message: `There is no batch ${id}` });
		const { snapshot, binary } = await fetched(call, observation.snapshot);
		return [item(call, snapshot, {}, binary)];
	},
	'batch:cancel': async (call) => [item(call, await call.endpoint.cancel(requiredText(call, 'batchId', 'Batch ID'), call.signal), {})],
	'batch:delete': async (call) => {
		const id = requiredText(call, 'batchId', 'Batch ID');
		await call.endpoint.session.client.deleteBatch(id, call);
		return [answerItem(call, { deleted: true, id })];
	},
	'model:getAll': async (call) => (await call.endpoint.read(({ client }) => client.models(call), call.signal)).map((model) => answerItem(call, model)),
	'model:get': async (call) => [answerItem(call, await call.endpoint.read(({ client }) => client.model(requiredText(call, 'modelName', 'Model Name'), call), call.signal))],
};

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
	const extras = Object.fromEntries(Object.entries({ temperature, topP, topK }).filter((entry): entry is [string, number] => entry[1] !== undefined));
	const references = namesIn(context.getNodeParameter('binaryFields', itemIndex, '')).map((field) => ({ kind: 'binary' as const, ...inputFile(context, itemIndex, field) }));
	const request: ImageRequest = { prompt: requiredText(call, 'prompt', 'Prompt'), count: 1, ...readSizes(call, (name) => more[name] ?? ''), ...(seed === undefined ? {} : { seed }), extras, references };
	checkRequest(gemini, request);
	return request;
}

function readSizes(call: Call, text: (name: 'aspectRatio' | 'resolution') => string): { model: string; aspectRatio?: string; resolution?: string } {
	const [aspectRatio, resolution] = [text('aspectRatio'), text('resolution')];
	return { model: requiredText(call, 'model', 'Model'), ...(aspectRatio ? { aspectRatio } : {}), ...(resolution ? { resolution } : {}) };
}

async function fetched({ context, itemIndex, endpoint, signal }: Call, snapshot: JobSnapshot): Promise<Pick<Fetched, 'snapshot' | 'binary'>> {
	if (snapshot.images.length === 0 || !context.getNodeParameter('download', itemIndex, true)) return { snapshot, binary: {} };
	return await createPictures((data, name, type) => context.helpers.prepareBinaryData(data, name, type), signal).fetch(snapshot, endpoint);
}

function item(call: Call, snapshot: JobSnapshot, request: Record<string, unknown>, binary?: IBinaryKeyData): INodeExecutionData {
	return toItem({ snapshot, request, binary, itemIndex: call.itemIndex, includeRaw: optionsOf(call).includeRaw });
}
