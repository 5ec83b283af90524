import type { ChildProcess } from 'node:child_process';
import { executionCanceled, ImageError } from '../../model/errors';
import type { Answer, Order } from './operations';

interface Waiting {
	order: Order;
	timeoutMs: number;
	signal: AbortSignal | undefined;
	resolve: (answer: Answer) => void;
	reject: (error: ImageError) => void;
}

export interface LaneOptions {
	start: () => ChildProcess;
	/** How long the process waits for more work before it ends, in ms. */
	idleMs: number;
}

/**
 * Works on one image at a time, in the order of the calls, in a process that it starts when it needs one. The process
 * is killed if the work takes too long or is not wanted any more, because nothing else stops a decoder. The next image
 * gets a new one.
 */
export class Lane {
	private readonly queue: Waiting[] = [];
	private isBusy = false;
	private child: ChildProcess | null = null;
	private idle: NodeJS.Timeout | undefined;

	constructor(private readonly options: LaneOptions) {}

	/** The process that is there, if any. */
	get pid(): number | undefined {
		return this.child?.pid;
	}

	/** Rejects with `canceled` as soon as the signal aborts, and with the reason where the work did not end. */
	run(order: Order, timeoutMs: number, signal?: AbortSignal): Promise<Answer> {
		return new Promise((resolve, reject) => {
			if (signal?.aborted) {
				reject(canceled());
				return;
			}
			const leave = () => {
				const at = this.queue.indexOf(waiting);
				if (at >= 0) this.queue.splice(at, 1);
				reject(canceled());
			};
			signal?.addEventListener('abort', leave, { once: true });
			const settled = <T>(settle: (value: T) => void) => {
				return (value: T) => {
					signal?.removeEventListener('abort', leave);
					settle(value);
				};
			};
			const waiting: Waiting = { order, timeoutMs, signal, resolve: settled(resolve), reject: settled(reject) };
			this.queue.push(waiting);
			this.next();
		});
	}

	private next(): void {
		if (this.isBusy) return;
		const waiting = this.queue.shift();
		clearTimeout(this.idle);
		if (!waiting) {
			this.idle = setTimeout(() => this.end(), this.options.idleMs).unref();
			return;
		}
		this.isBusy = true;
		this.carriedOut(waiting)
			.then(waiting.resolve, waiting.reject)
			.finally(() => {
				this.isBusy = false;
				this.next();
			});
	}

	/** Ends the process; what it works on fails. */
	end(): void {
		const { child } = this;
		this.child = null;
		child?.kill('SIGKILL');
	}

	private ready(): ChildProcess {
		if (this.child?.connected) return this.child;
		const child = this.options.start();
		child.once('exit', () => {
			if (this.child === child) this.child = null;
		});
		this.child = child;
		return child;
	}

	private carriedOut({ order, timeoutMs, signal }: Waiting): Promise<Answer> {
		return new Promise<Answer>((resolve, reject) => {
			const child = this.ready();
			const gone = (error: ImageError) => {
				if (this.child === child) this.end();
				close();
				reject(error);
			};
			const onAnswer = (answer: Answer) => {
				if (answer.kind === 'tooMuchMemory') {
					gone(tooMuchMemory());
					return;
				}
				close();
				resolve(answer);
			};
			const onExit = (code: number | null, reason: string | null) => {
				gone(died(reason ?? `code ${code}`));
			};
			const onError = (error: NodeJS.ErrnoException) =>
				gone(child.pid === undefined ? notStarted(error) : died(error.code ?? error.message));
			const onAbort = () => gone(canceled());
			const timer = setTimeout(() => gone(tooSlow(timeoutMs)), timeoutMs);
			const close = () => {
				clearTimeout(timer);
				child.off('message', onAnswer).off('exit', onExit).off('error', onError);
				signal?.removeEventListener('abort', onAbort);
				child.channel?.unref();
			};
			child.on('message', onAnswer).on('exit', onExit).on('error', onError);
			signal?.addEventListener('abort', onAbort, { once: true });
			child.channel?.ref();
			child.send(order, (error) => {
				if (error) onError(error);
			});
		});
	}
}

export function canceled(): ImageError {
	return new ImageError('canceled', { message: executionCanceled, delivery: 'notSent' });
}

function tooMuchMemory(): ImageError {
	return new ImageError('invalidRequest', {
		message: 'The image takes more memory than an image of its format and size needs, so its decoding was stopped',
		hint: 'Save it with another program as an ordinary JPEG or PNG',
	});
}

function tooSlow(timeoutMs: number): ImageError {
	return new ImageError('timeout', {
		message: `The work on the image did not end within ${Math.round(timeoutMs / 1000)} s and was stopped`,
		hint: 'Make the image smaller, or try again when the machine has less to do',
		retryable: false,
	});
}

function died(how: string): ImageError {
	return new ImageError('overloaded', {
		message: `The process that works on images ended while it had this image (${how})`,
		hint: 'The machine may be out of memory, or the image may be damaged',
		retryable: false,
	});
}

function notStarted(cause: NodeJS.ErrnoException): ImageError {
	return new ImageError('overloaded', {
		message: 'The process that works on images cannot be started',
		hint: 'The machine or the container may allow no more processes or memory',
		delivery: 'notSent',
		cause,
	});
}
