import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Session } from '../../providers/provider';
import { downloadPicture } from '../pictures/downloadFile';
import type { OperationCall } from './operation';

/** A picture from its address as the binary field `data`, what it is in the JSON. */
export async function downloadItem<S extends Session>(
	{ context, endpoint, itemIndex, signal }: OperationCall<S>,
	url: string,
	json: IDataObject = {},
): Promise<INodeExecutionData> {
	const { data, fileName, facts, bytes } = await downloadPicture(context, url, endpoint, signal);
	return {
		json: { ...json, url, fileName, mimeType: facts.mimeType, width: facts.width, height: facts.height, bytes },
		binary: { data },
		pairedItem: { item: itemIndex },
	};
}
