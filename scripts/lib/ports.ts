import { createServer } from 'node:net';

/**
 * The range of the free ports. It is below the range that systems use for outgoing connections: such a connection could
 * take a port between the check and the server's start.
 */
const range = { first: 20_000, count: 12_000 };

/** A loopback port that is free at the moment. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < 100; tries++) {
		const port = range.first + Math.floor(Math.random() * range.count);
		if (await isPortFree(port)) return port;
	}
	throw new Error(`No port from ${range.first} to ${range.first + range.count} is free`);
}

/** Whether a server can listen on the port: on loopback and, as n8n does by default, on every address. */
export async function isPortFree(port: number): Promise<boolean> {
	for (const host of ['127.0.0.1', '::']) {
		const free = await new Promise<boolean>((resolve) => {
			const server = createServer();
			// On a machine without IPv6 the port still counts as free.
			server.once('error', (error: NodeJS.ErrnoException) =>
				resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
			);
			server.listen(port, host, () => server.close(() => resolve(true)));
		});
		if (!free) return false;
	}
	return true;
}
