import { growthOf } from '../../test/support/growth';
import type { NanoBananaProClient } from './client';
import type { NanoBananaProConfig } from './config';
import { v16Session } from './sessionV16';
import { recordFigure } from '../../test/support/figures';

/** The session of a server that reports a new image with every message. */
function sessionWith(messages: number) {
	const client = {
		async *progress() {
			for (let number = 0; number < messages; number++)
				yield JSON.stringify({
					type: 'progress',
					taskId: 'task-1',
					completedCount: number,
					totalCount: messages,
					latestImage: { id: `image-${number}`, taskId: 'task-1' },
				});
		},
	} as Partial<NanoBananaProClient> as NanoBananaProClient;
	return v16Session(client, { baseUrl: 'http://127.0.0.1:9', own: {} } as NanoBananaProConfig);
}

async function watched(messages: number) {
	let images = 0;
	for await (const snapshot of sessionWith(messages).watch?.('task-1', { signal: new AbortController().signal }) ??
		[])
		images = snapshot.images.length;
	return images;
}

it('a task reports at most as many images as a task can have', async () => {
	expect([await watched(7), await watched(5_000)]).toEqual([7, 100]);
});

it('ten times the messages take about ten times as long', async () => {
	const factor = await growthOf(watched, 1_000);
	expect(factor).toBeLessThan(40);
	recordFigure('answers.frames', `${factor.toFixed(0)} times the time`);
});
