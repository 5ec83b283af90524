import type { INodeExecutionData } from 'n8n-workflow';
import { concernsEndpoint, type ErrorCode, type ImageError, toImageError } from '../../../model/errors';
import type { Call } from './call';

interface NotDeleted {
	id: string;
	code: ErrorCode;
	message: string;
}

/**
 * Deletes tasks with their images. A task that cannot be deleted does not stop the others: `notDeleted` lists it with
 * the reason. Throws if nothing was deleted.
 */
export async function deleteTasks(call: Call, ids: readonly string[]): Promise<INodeExecutionData[]> {
	const { clients } = call.endpoint.session;
	const [first, ...others] = ids;
	if (clients.api === 'tasks')
		return [call.item(await deleteEach(ids, (id) => clients.client.deleteImage(id, call)))];
	if (first !== undefined && others.length === 0) await clients.client.deleteTask(first, call);
	else await clients.client.deleteTasks(ids, call);
	return [call.item({ deleted: true, ids })];
}

async function deleteEach(ids: readonly string[], deleteOne: (id: string) => Promise<void>) {
	const deleted: string[] = [];
	const notDeleted: NotDeleted[] = [];
	let stop: ImageError | undefined;
	let firstError: ImageError | undefined;
	for (const id of ids) {
		let error = stop;
		if (!error) {
			try {
				await deleteOne(id);
				deleted.push(id);
				continue;
			} catch (thrown) {
				error = toImageError(thrown);
				if (error.code === 'canceled') throw error;
				// Without key or server, the other requests would fail for the same reason.
				if (concernsEndpoint(error)) stop = error;
			}
		}
		firstError ??= error;
		notDeleted.push({ id, code: error.code, message: error.message });
	}
	if (firstError && deleted.length === 0) throw firstError;
	return { deleted: notDeleted.length === 0, ids: deleted, ...(notDeleted.length > 0 ? { notDeleted } : {}) };
}
