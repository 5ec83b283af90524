import { createServer, Agent, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { statusIn } from './changes';
import type { Fault } from './faults';
import { passSocket } from './hostileSocket';
import { type Answer, bytesOf, type ChangeContext, cutAt, type Draw, type Seen } from './wire';

interface Armed {
	fault: Fault;
	target: (seen: Seen) => boolean;
	draw: Draw;
}

/**
 * Stands between the nodes and a sandbox, and damages what passes. The nodes know only its address: it is the base URL
 * and the host of all results.
 */
export class HostileProxy {
	/** Requests that a fault has hit. */
	hits = 0;
	/** Requests so far. */
	readonly seen: Seen[] = [];
	private armed: Armed | null = null;
	private firstStatus: string | null = null;
	private readonly server: Server;
	private readonly sockets = new Set<Duplex>();
	private readonly open = new Set<object>();
	private readonly agent = new Agent({ keepAlive: true });
	private port = 0;

	private constructor(private readonly target: URL) {
		this.server = createServer((incoming, outgoing) => {
			this.open.add(outgoing);
			outgoing.once('close', () => this.open.delete(outgoing));
			this.pass(incoming, outgoing).catch(() => incoming.socket.destroy());
		});
		this.server.on('connection', (socket: Socket) => {
			this.sockets.add(socket);
			socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
		});
		this.server.on('upgrade', (incoming, socket, head) => this.passSocket(incoming, socket, head));
	}

	static async before(targetUrl: string): Promise<HostileProxy> {
		const proxy = new HostileProxy(new URL(targetUrl));
		await proxy.listen(0);
		return proxy;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Requests and WebSockets that the client still waits for. */
	get waiting(): number {
		return this.open.size;
	}

	/** The requests that match are hit from now on. */
	async arm(fault: Fault, target: (seen: Seen) => boolean, draw: Draw, isFirstStage: boolean): Promise<void> {
		this.hits = 0;
		this.armed = { fault, target, draw };
		if (fault.wire.kind !== 'refuse' || !isFirstStage) return;
		this.hits++;
		await this.refuse();
	}

	async lift(): Promise<void> {
		this.armed = null;
		// Nobody comes back to a connection that hangs.
		for (const socket of this.sockets) socket.destroy();
		if (!this.server.listening) await this.listen(this.port);
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		this.agent.destroy();
		if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
	}

	private async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject).listen(port, '127.0.0.1', () => {
				this.server.off('error', reject);
				resolve();
			});
		});
		this.port = (this.server.address() as AddressInfo).port;
	}

	private async refuse(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const armed = this.armedFor(seenOf(incoming, false));
		const { socket } = incoming;
		switch (armed?.fault.wire.kind) {
			case 'refuse': {
				await this.refuse();
				return;
			}
			case 'resetAtRequest':
				return void socket.resetAndDestroy();
			case 'resetInRequest':
				incoming.once('data', () => socket.resetAndDestroy()).once('end', () => socket.resetAndDestroy());
				return;
			case 'hangAtRequest':
				return;
			case 'front': {
				send(armed.fault.wire.answer(noAnswer, this.contextOf(armed)) ?? noAnswer, outgoing);
				return;
			}
		}
		const answer = await this.answerOf(incoming);
		this.firstStatus ??= statusIn(answer);
		// The fault may have been lifted while the provider worked.
		if (armed && this.armed === armed) {
			await this.damage(armed, answer, outgoing, socket);
			return;
		}
		send(answer, outgoing);
	}

	private contextOf({ draw }: Armed): ChangeContext {
		return { draw, hits: this.hits, url: this.url, firstStatus: this.firstStatus };
	}

	private armedFor(seen: Seen): Armed | null {
		this.seen.push(seen);
		const { armed } = this;
		if (!armed || !armed.target(seen)) return null;
		const { kind } = armed.fault.wire;
		if ((kind === 'socket') !== seen.isSocket) return null;
		// Only a change may find nothing that it could change.
		if (kind !== 'change') this.hits++;
		return armed;
	}

	private async answerOf(incoming: IncomingMessage): Promise<Answer> {
		const answer = await new Promise<IncomingMessage>((resolve, reject) => {
			const onward = request(
				{
					host: this.target.hostname,
					port: this.target.port,
					method: incoming.method,
					path: incoming.url,
					headers: { ...incoming.headers, host: this.target.host },
					agent: this.agent,
				},
				resolve,
			).once('error', reject);
			incoming.pipe(onward);
			// A client that leaves does not make the provider forget the request.
			incoming.once('error', () => onward.end());
		});
		const body = Buffer.concat((await answer.toArray()) as Buffer[]);
		const headers: Record<string, string> = {};
		for (const [name, value] of Object.entries(answer.headers)) headers[name] = String(value);
		return { status: answer.statusCode ?? 0, headers, body: this.own(body) };
	}

	/** Bytes in which the address of the sandbox is replaced by the proxy's. Both have five digits. */
	private own(bytes: Buffer): Buffer {
		const [theirs, mine] = [this.target.host, `127.0.0.1:${this.port}`];
		if (!bytes.includes(theirs)) return bytes;
		return Buffer.from(bytes.toString('latin1').replaceAll(theirs, mine), 'latin1');
	}

	private async damage(armed: Armed, answer: Answer, outgoing: ServerResponse, socket: Socket): Promise<void> {
		const { wire } = armed.fault;
		const bytes = bytesOf(answer);
		const whole = Buffer.concat([bytes.head, bytes.body]);
		if (wire.kind === 'change') {
			const changed = wire.change(answer, this.contextOf(armed));
			if (changed) this.hits++;
			send(changed ?? answer, outgoing);
			return;
		}
		switch (wire.kind) {
			case 'cut':
				// The bytes before the cut must leave first; a reset would discard them.
				return void socket.write(whole.subarray(0, cutAt(wire.part, bytes, armed.draw)), () => {
					setTimeout(() => socket.resetAndDestroy(), 20).unref();
				});
			case 'silence':
				return void socket.write(whole.subarray(0, cutAt(wire.part, bytes, armed.draw)));
			case 'drip':
				for (let at = 0; at < whole.length && !socket.destroyed; at++) {
					socket.write(whole.subarray(at, at + 1));
					await sleep(wire.pauseMs, undefined, { ref: false });
				}
				return void socket.end();
			case 'late':
				await sleep(wire.pauseMs, undefined, { ref: false });
				{
					send(answer, outgoing);
					return;
				}
			case 'endless': {
				await endless(answer, outgoing);
				return;
			}
			case 'bytes': {
				const { instead, before = '', after = '' } = wire;
				const sent = instead === undefined ? [before, whole, after] : [instead];
				return void socket.end(Buffer.concat(sent.map((part) => Buffer.from(part as string, 'latin1'))));
			}
		}
	}

	private passSocket(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
		this.open.add(socket);
		socket.once('close', () => this.open.delete(socket));
		const armed = this.armedFor(seenOf(incoming, true));
		const does = armed?.fault.wire.kind === 'socket' ? armed.fault.wire.does : null;
		const onward = passSocket(
			{ incoming, socket, head, target: this.target, own: (bytes) => this.own(bytes) },
			does,
			() => (armed ? armed.draw() : 0),
		);
		if (!onward) return;
		this.sockets.add(onward);
		onward.once('close', () => this.sockets.delete(onward));
	}
}

const noAnswer: Answer = { status: 503, headers: {}, body: Buffer.alloc(0) };

const seenOf = ({ method = '', url = '', headers }: IncomingMessage, isSocket: boolean): Seen => ({
	method,
	path: url,
	headers,
	isSocket,
});

function send({ status, headers, body }: Answer, outgoing: ServerResponse): void {
	const { 'transfer-encoding': _coding, connection: _connection, 'keep-alive': _alive, ...own } = headers;
	outgoing.writeHead(status, { ...own, 'content-length': body.length });
	outgoing.end(body);
}

/** Sends the body, and then blanks, until the client leaves. */
async function endless({ status, headers, body }: Answer, outgoing: ServerResponse): Promise<void> {
	const { 'content-length': _length, 'transfer-encoding': _coding, connection: _connection, ...own } = headers;
	outgoing.writeHead(status, own);
	outgoing.write(body);
	while (!outgoing.destroyed && !outgoing.closed) {
		outgoing.write(Buffer.alloc(16 * 1024, ' '));
		await sleep(50, undefined, { ref: false });
	}
}
