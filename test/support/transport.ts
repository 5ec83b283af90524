import type { ApiTransport } from '../../http/apiClient';

/** A transport that only sends, as most providers' is used. */
export function transportOf(send: ApiTransport['send']): ApiTransport {
	const unexpected = () => {
		throw new Error('Nothing is streamed in this test');
	};
	return { send, open: unexpected, socket: unexpected };
}
