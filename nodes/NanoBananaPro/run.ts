import type { INodeExecutionData } from 'n8n-workflow';
import type { ApiStream } from '../../http/apiClient';
import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { NanoBananaProSession } from '../../providers/nanoBananaPro/adapter';
import type { NanoBananaProClient } from '../../providers/nanoBananaPro/client';
import { readJobId } from '../../providers/nanoBananaPro/jobId';
import { fromTask, fromTasks } from '../../providers/nanoBananaPro/mapping';
import { requestOf } from '../../providers/nanoBananaPro/sessionV16';
import type { GenerationTask } from '../../providers/nanoBananaPro/wire';
import type { ImageTask } from '../../providers/nanoBananaPro/wireTasks';
import { packMemory } from '../execution/memory';
import { toItem } from '../items/items';
import { namesIn } from '../operations/lists';
import type { OperationCall, OperationRun } from '../operations/operation';
import { answerItem, fileItem, requiredText, wantedRows } from '../operations/run';
import { withRefs } from '../items/refs';

type Call = OperationCall<NanoBananaProSession>;

const pageSize = 50;

interface Listed {
	snapshot: JobSnapshot;
	request: Record<string, unknown>;
}

/**
 * Each operation by `resource:operation`, in whichever of its two APIs the server speaks. Reads are repeated when they
 * fail on the way.
 */
export const runs: Readonly<Record<string, OperationRun<NanoBananaProSession>>> = {
	'task:getAll': async (call) =>
		await listed(call, (session, page) =>
			session.clients.api === 'v1.6'
				? session.clients.client.history({ page, pageSize }, call)
				: session.clients.client.images({ page, page_size: pageSize }, call),
		),
	'task:search': async (call) => {
		const keyword = requiredText(call, 'keyword', 'Keyword');
		return await listed(call, (session, page) =>
			session.clients.api === 'v1.6'
				? session.clients.client.search({ keyword, page, pageSize }, call)
				: session.clients.client.images({ page, page_size: pageSize, keyword }, call),
		);
	},
	'task:get': async (call) => await one(call, (client, id) => client.detail(id, call)),
	'task:getStatus': async (call) => await one(call, (client, id) => client.status(id, call)),
	'task:delete': async (call) => await deleted(call, taskIdsOf(call)),
	'task:deleteMany': async (call) => await deleted(call, listOf(call, 'taskIds', 'Task IDs')),
	'image:get': async (call) =>
		await file(call, (client) => client.image(requiredText(call, 'imageId', 'Image ID'), call)),
	'image:download': async (call) =>
		await file(call, (client) => client.download(requiredText(call, 'imageId', 'Image ID'), call)),
	'image:export': async (call) => {
		const ids = listOf(call, 'imageIds', 'Image IDs');
		const answer = await call.endpoint.read((session) => v16(session).exportZip(ids, call), call.signal);
		// Relatives of the server leave out what they cannot read, and say so in a header alone.
		const partial = answer.headers['x-export-partial'] === 'true';
		return [
			await fileItem(
				call,
				answer,
				{ fileName: 'images.zip', mimeType: 'application/zip' },
				{ images: ids.length, ...(partial ? { partial } : {}) },
			),
		];
	},
	'image:delete': async (call) => {
		const imageId = requiredText(call, 'imageId', 'Image ID');
		await v16(call.endpoint.session).deleteImage(imageId, call);
		return [answerItem(call, { deleted: true, ids: [imageId] })];
	},
	'service:getHealth': async (call) => [
		answerItem(call, await call.endpoint.read(({ clients }) => clients.client.health(call), call.signal)),
	],
	'service:getProviders': async (call) => {
		const found = await call.endpoint.read(({ clients }) => {
			if (clients.api === 'v1.6') throw notOffered('tasks');
			return clients.client.providers(call);
		}, call.signal);
		return found.map((provider) => answerItem(call, provider));
	},
};

function v16({ clients }: NanoBananaProSession): NanoBananaProClient {
	if (clients.api === 'v1.6') return clients.client;
	throw notOffered('v1.6');
}

function notOffered(api: string): ImageError {
	return new ImageError('invalidRequest', {
		message: `This server does not offer that: it belongs to the ${api} API`,
		hint: 'The credential says which API the server speaks',
		delivery: 'notSent',
	});
}

/** Pages until there are as many as wanted, or nothing new comes. */
async function listed(
	call: Call,
	ask: (session: NanoBananaProSession, page: number) => Promise<{ list: GenerationTask[] } | ImageTask[]>,
): Promise<INodeExecutionData[]> {
	const wanted = wantedRows(call);
	const found = await call.endpoint.read(async (session) => {
		const items = new Map<string, Listed>();
		for (let page = 1; ; page++) {
			const answer = await ask(session, page);
			const before = items.size;
			const rows = Array.isArray(answer)
				? answer.map((task): [string, JobSnapshot, object] => [
						task.task_id,
						fromTasks([task], task.task_id, call.endpoint.config.baseUrl),
						{ prompt: task.prompt },
					])
				: answer.list.map((task): [string, JobSnapshot, object] => [
						task.id,
						fromTask(task, task.id, urlOf(call)),
						requestOf(task),
					]);
			for (const [id, snapshot, request] of rows) {
				if (items.size >= wanted) return [...items.values()];
				items.set(id, { snapshot, request: { ...request } });
			}
			if (rows.length < pageSize || items.size === before) return [...items.values()];
		}
	}, call.signal);
	return await itemsOf(call, found);
}

async function one(
	call: Call,
	ask: (client: NanoBananaProClient, id: string) => Promise<GenerationTask>,
): Promise<INodeExecutionData[]> {
	const jobId = requiredText(call, 'taskId', 'Task ID');
	const { taskIds } = readJobId(jobId);
	const found = await call.endpoint.read(async ({ clients }): Promise<Listed> => {
		if (clients.api === 'v1.6') {
			const task = await ask(clients.client, taskIds[0] ?? jobId);
			return { snapshot: fromTask(task, jobId, urlOf(call)), request: requestOf(task) };
		}
		const tasks: ImageTask[] = [];
		for (const id of taskIds) tasks.push(await clients.client.task(id, call));
		return { snapshot: fromTasks(tasks, jobId, call.endpoint.config.baseUrl), request: {} };
	}, call.signal);
	return await itemsOf(call, [found]);
}

async function deleted(call: Call, ids: string[]): Promise<INodeExecutionData[]> {
	const { clients } = call.endpoint.session;
	if (clients.api === 'tasks') for (const id of ids) await clients.client.deleteImage(id, call);
	else if (ids.length === 1) await clients.client.deleteTask(ids[0] ?? '', call);
	else await clients.client.deleteTasks(ids, call);
	return [answerItem(call, { deleted: true, ids })];
}

async function file(
	call: Call,
	ask: (client: NanoBananaProClient) => Promise<ApiStream>,
): Promise<INodeExecutionData[]> {
	const answer = await call.endpoint.read((session) => ask(v16(session)), call.signal);
	const mimeType = answer.headers['content-type']?.split(';')[0]?.trim() ?? 'image/png';
	const fileName =
		/filename="?([^";]+)"?/i.exec(answer.headers['content-disposition'] ?? '')?.[1] ??
		`${requiredText(call, 'imageId', 'Image ID')}.${mimeType.split('/')[1] ?? 'png'}`;
	return [await fileItem(call, answer, { fileName, mimeType })];
}

const urlOf = (call: Call) => (imageId: string) =>
	`${call.endpoint.config.baseUrl}/api/v1/images/${encodeURIComponent(imageId)}`;

/** Jobs of Image Generate name one task or several. */
const taskIdsOf = (call: Call): string[] => [...readJobId(requiredText(call, 'taskId', 'Task ID')).taskIds];

function listOf({ context, itemIndex }: Call, name: string, displayName: string): string[] {
	const list = namesIn(context.getNodeParameter(name, itemIndex, ''));
	if (list.length > 0) return list;
	throw new ImageError('invalidRequest', {
		message: `${displayName} is empty`,
		hint: 'Separate IDs by commas',
		delivery: 'notSent',
	});
}

async function itemsOf(
	{ context, endpoint, itemIndex }: Call,
	found: readonly Listed[],
): Promise<INodeExecutionData[]> {
	const { includeRaw } = context.getNodeParameter('options', itemIndex, {}) as { includeRaw?: boolean };
	const known = await withRefs(
		context,
		packMemory,
		[endpoint],
		found.map(({ snapshot }) => snapshot),
	);
	return found.map(({ snapshot, request }, place) =>
		toItem({ snapshot: known[place] ?? snapshot, request, itemIndex, includeRaw }),
	);
}
