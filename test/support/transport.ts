import type { ApiTransport } from '../../http/apiClient';

/** A transport with only `send`, which most providers need. */
export function transportOf(send: ApiTransport['send']): ApiTransport {
	const unexpected = () => {
		throw new Error('Nothing is streamed in this test');
	};
	return { send, open: unexpected, socket: unexpected };
}
