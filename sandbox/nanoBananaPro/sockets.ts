import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Settings } from './settings';
import { hasEnded, type Picture, type Task } from './task';
import { imageView } from './views';

/** The progress sockets: the task that each client follows, and the messages for it. */
export class Sockets {
	private readonly server = new WebSocketServer({ noServer: true });
	private readonly followers = new Map<string, Set<WebSocket>>();
	/** Number of sockets opened. */
	asked = 0;

	constructor(
		private readonly settings: () => Settings,
		private readonly taskOf: (id: string) => Task | undefined,
	) {}

	listen(server: Server): void {
		server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
			const taskId = /^\/api\/v1\/ws\/generate\/([^/?]+)$/.exec(request.url ?? '')?.[1];
			const { sockets, dialect } = this.settings();
			this.asked += 1;
			if (taskId === undefined || sockets === 'refused' || dialect === 'real') {
				socket.end(
					'HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\ncontent-length: 18\r\n\r\n404 ' +
						'page not found',
				);
				return;
			}
			this.server.handleUpgrade(request, socket, head, (client) =>
				this.follow(client, decodeURIComponent(taskId)),
			);
		});
	}

	private follow(client: WebSocket, taskId: string): void {
		if (this.settings().sockets === 'full') return client.close(1013, 'Try Again Later');
		const followers = this.followers.get(taskId) ?? new Set();
		this.followers.set(taskId, followers.add(client));
		client.on('close', () => followers.delete(client));
		const task = this.taskOf(taskId);
		if (task && hasEnded(task)) this.report(task, null);
	}

	/** Sends the progress to all clients that follow the task. */
	report(task: Task, latest: Picture | null): void {
		const { sockets } = this.settings();
		if (sockets === 'quiet') return;
		const ended = hasEnded(task);
		const completedCount = task.pictures.length;
		const message = {
			type: ended ? 'complete' : 'progress',
			taskId: task.id,
			completedCount,
			totalCount: task.totalCount,
			latestImage: latest ? imageView(latest) : null,
			message: ended
				? `任务完成: 成功 ${completedCount}, 失败 ${task.totalCount - completedCount}`
				: `已完成 ${completedCount}/${task.totalCount}`,
		};
		for (const client of this.followers.get(task.id) ?? []) {
			client.send(JSON.stringify(message));
			if (sockets === 'drop') client.terminate();
		}
	}

	close(): void {
		for (const followers of this.followers.values()) for (const client of followers) client.terminate();
		this.followers.clear();
	}
}
