import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Loopback {
	url: string;
	/** Number of TCP connections to the server. */
	connections: () => number;
	close: () => Promise<void>;
}

/** A real HTTP server on loopback. */
export async function loopback(listener: RequestListener): Promise<Loopback> {
	const server: Server = createServer(listener);
	const sockets = new Set<Socket>();
	let connections = 0;
	server.on('connection', (socket) => {
		connections++;
		sockets.add(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		connections: () => connections,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
