import type { ListedJob } from '../../operations/operation';
import type { NanoBananaProSession } from '../../../providers/nanoBananaPro/adapter';
import type { NanoBananaProClient } from '../../../providers/nanoBananaPro/client';
import type { GenerationTask } from '../../../providers/nanoBananaPro/wire';
import type { ImageTask } from '../../../providers/nanoBananaPro/wireTasks';
import type { Call } from './call';

export const pageSize = 50;

/** One page of a list, in the form of either API. */
type Page = { list: GenerationTask[] } | ImageTask[];

/** Reads pages until there are as many tasks as wanted, or until a page contains nothing new. */
export async function listTasks(
	call: Call,
	wanted: number,
	pageOf: (session: NanoBananaProSession, page: number) => Promise<Page>,
): Promise<ListedJob[]> {
	const rowsOf = await pageReader(call);
	return await call.read(async (session) => {
		const found = new Map<string, ListedJob>();
		for (let page = 1; ; page++) {
			const rows = rowsOf(await pageOf(session, page));
			const before = found.size;
			for (const [id, job] of rows) {
				if (found.size >= wanted) return [...found.values()];
				found.set(id, job);
			}
			if (rows.length < pageSize || found.size === before) return [...found.values()];
		}
	});
}

/** A task by its ID, or a job of Image Generate that has several tasks. */
export async function taskById(
	call: Call,
	jobId: string,
	ask: (client: NanoBananaProClient, id: string) => Promise<GenerationTask>,
): Promise<ListedJob> {
	const { fromTask, fromTasks, readJobId, requestOf } = await loadMapping();
	const urlOf = await imageUrls(call);
	const { taskIds } = readJobId(jobId);
	return await call.read(async ({ clients }): Promise<ListedJob> => {
		if (clients.api === 'v1.6') {
			const task = await ask(clients.client, taskIds[0] ?? jobId);
			return { snapshot: fromTask(task, jobId, urlOf), request: requestOf(task) };
		}
		const tasks: ImageTask[] = [];
		for (const id of taskIds) tasks.push(await clients.client.task(id, call));
		return { snapshot: fromTasks(tasks, jobId, call.endpoint.config.baseUrl), request: {} };
	});
}

/** Returns the function that reads the rows of a page, each with the ID of its task. */
async function pageReader(call: Call): Promise<(page: Page) => Array<[id: string, job: ListedJob]>> {
	const { fromTask, fromTasks, requestOf } = await loadMapping();
	const urlOf = await imageUrls(call);
	const { baseUrl } = call.endpoint.config;
	return (page) =>
		Array.isArray(page)
			? page.map((task) => [
					task.task_id,
					{
						snapshot: fromTasks([task], task.task_id, baseUrl),
						request: { prompt: task.prompt },
					},
				])
			: page.list.map((task) => [
					task.id,
					{ snapshot: fromTask(task, task.id, urlOf), request: requestOf(task) },
				]);
}

async function imageUrls({ endpoint }: Call): Promise<(imageId: string) => string> {
	const { imagePath } = await import('../../../providers/nanoBananaPro/client');
	return (imageId) => `${endpoint.config.baseUrl}${imagePath(imageId)}`;
}

/** Loaded by the first run, because n8n's start does not need it. */
const loadMapping = async () => ({
	...(await import('../../../providers/nanoBananaPro/jobId')),
	...(await import('../../../providers/nanoBananaPro/mapping')),
	...(await import('../../../providers/nanoBananaPro/sessionV16')),
});
