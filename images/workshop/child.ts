import { rmSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import sharp from 'sharp';
import type { Answer, Order } from './operations.ts';
import { perform } from './sharpWork.ts';

/**
 * The process that decodes and encodes images. It works on one image at a time, below n8n's priority, and ends with
 * n8n. In tests Node runs this file as it is: this file and those it loads use only TypeScript that can be stripped,
 * and import each other with their extension.
 */
sharp.concurrency(1);
sharp.cache(false);
attempt(() => setPriority(5));
// Where memory ends, Linux ends this process and not n8n.
attempt(() => writeFileSync('/proc/self/oom_score_adj', '1000'));

let current: Order | null = null;

process.on('disconnect', () => {
	// n8n was killed, and cannot remove the image's folder itself.
	if (current) rmSync(dirname(current.input), { recursive: true, force: true });
	// A usual exit would wait for the thread that decodes.
	process.kill(process.pid, 'SIGKILL');
});

/** How often the memory is looked at, in ms. */
const watchMs = 50;

process.on('message', (order: Order) => {
	current = order;
	const most = process.memoryUsage.rss() + order.maxExtraBytes;
	const watch = setInterval(() => {
		if (process.memoryUsage.rss() > most) answer({ kind: 'tooMuchMemory' });
	}, watchMs);
	void perform(order)
		.catch(failed)
		.then((result) => {
			clearInterval(watch);
			current = null;
			answer(result);
		});
});

function failed(thrown: unknown): Answer {
	const [reason = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
	return { kind: 'failed', reason };
}

function answer(message: Answer): void {
	process.send?.(message);
}

/** Neither every system nor every container allows it. */
function attempt(change: () => void): void {
	try {
		change();
	} catch {
		// It stays as it was.
	}
}
