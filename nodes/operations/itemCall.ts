import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import type { Pool } from '../../jobs/submission/pool';
import { safeFileName } from '../../model/fileName';
import { withMaxImages } from '../../model/imageCount';
import { blankJob } from '../../model/job';
import type { Session } from '../../providers/provider';
import { packMemory } from '../execution/memory';
import { toItem } from '../items/items';
import { withRefs } from '../items/refs';
import { downloadPicture, downloadVideo } from '../pictures/downloadFile';
import type { OperationCall } from './operation';
import type { PaidRequests } from './paid';

/** The data from which the call of an operation is made. */
export interface CallParts<S extends Session> {
	context: IExecuteFunctions;
	endpoint: Endpoint<S>;
	itemIndex: number;
	signal: AbortSignal | undefined;
	/** `resource:operation`. */
	name: string;
	paid: PaidRequests;
	pool: () => Promise<Pool>;
}

/** The call of an operation for one item. */
export function itemCall<S extends Session>(parts: CallParts<S>): OperationCall<S> {
	const { context, endpoint, itemIndex, signal, name, paid, pool } = parts;
	const pairedItem = { item: itemIndex };
	return {
		context,
		endpoint,
		itemIndex,
		signal,
		pool,
		read: async (ask) => await endpoint.read(ask, signal),
		pay: async (request) => await paid.run({ ...request, name, endpoint, itemIndex, signal }),
		result: (output, images = []) =>
			withMaxImages({
				job: {
					...blankJob(endpoint.provider.id),
					status: 'succeeded',
					total: images.length,
					completed: images.length,
				},
				images,
				raw: null,
				output,
			}),
		item: (answer) => {
			const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
			return { json: (isObject ? answer : { data: answer }) as IDataObject, pairedItem };
		},
		jobItems: async (jobs, { includeRaw }) => {
			const snapshots = jobs.map(({ snapshot }) => snapshot);
			const known = await withRefs(context, packMemory, [endpoint], snapshots);
			return jobs.map(({ snapshot, request }, index) =>
				toItem({ snapshot: known[index] ?? snapshot, request, itemIndex, includeRaw }),
			);
		},
		fileItem: async ({ body }, { fileName: wish, mimeType, json = {} }) => {
			const fileName = safeFileName(wish, 'file');
			const data = await context.helpers.prepareBinaryData(body, fileName, mimeType);
			return { json: { ...(json as IDataObject), fileName, mimeType }, binary: { data }, pairedItem };
		},
		downloadImage: async (url) => await downloadPicture(context, url, endpoint, signal),
		downloadVideo: async (url) => await downloadVideo(context, url, endpoint, signal),
	};
}
