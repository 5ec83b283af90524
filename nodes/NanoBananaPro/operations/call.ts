import { ImageError } from '../../../model/errors';
import type { NanoBananaProSession } from '../../../providers/nanoBananaPro/adapter';
import type { NanoBananaProClient } from '../../../providers/nanoBananaPro/client';
import type { OperationCall } from '../../operations/operation';

export type Call = OperationCall<NanoBananaProSession>;

/** The client of the v1.6 API. Throws `invalidRequest` if the server has the tasks API. */
export function v16Client({ clients }: NanoBananaProSession): NanoBananaProClient {
	if (clients.api === 'v1.6') return clients.client;
	throw notOffered('v1.6');
}

/** @param api the API that the operation belongs to */
export function notOffered(api: NanoBananaProSession['clients']['api']): ImageError {
	return new ImageError('invalidRequest', {
		message: `This server does not offer this operation: it belongs to the ${api} API`,
		hint: 'The field API of the credential says which API the server speaks',
		delivery: 'notSent',
	});
}
