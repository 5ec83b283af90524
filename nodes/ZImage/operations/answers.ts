import type { IDataObject } from 'n8n-workflow';
import type { ZImageSession } from '../../../providers/zImage/adapter';
import type { OperationCall } from '../../operations/operation';

export type Call = OperationCall<ZImageSession>;

type Answer = { image_url?: string | null | undefined } & Record<string, unknown>;

/** Returns the function that makes an answer's `image_url` absolute, so that the next nodes can use it. */
export async function absoluteUrls({ endpoint }: Call): Promise<(answer: Answer) => IDataObject> {
	const { fileUrl } = await import('../../../providers/zImage/files');
	const { baseUrl } = endpoint.config;
	return (answer) => ({
		...answer,
		...(answer.image_url ? { image_url: fileUrl(baseUrl, answer.image_url) } : {}),
	});
}
