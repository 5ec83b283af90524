import { fromCounts, fromFinishedRow, fromUnfinishedRow, requestOf } from './historyRow';
import { stateOfItem, stateOfTask } from './taskState';
import { batchItem, batchSummary, taskAnswer } from './wire';

const baseUrl = 'https://z.example';
const row = (more: object) => batchSummary.parse({ task_id: 'b', status: 'SUCCESS', ...more });
const task = (more: object) => stateOfTask(taskAnswer.parse({ task_id: 't', ...more }), baseUrl, false);
const item = (more: object, originals: string | null = null) =>
	stateOfItem(batchItem.parse({ task_id: 't', ...more }), baseUrl, originals);
const original = `${baseUrl}/generated-images/a.png`;

it.each([
	['PENDING', 'queued'],
	['STARTED', 'running'],
	['PROGRESS', 'running'],
	['RETRY', 'retrying'],
	['FAILURE', 'failed'],
	['REVOKED', 'canceled'],
	['pending', 'queued'],
	['running', 'running'],
	['error', 'failed'],
	['cancelled', 'canceled'],
	['constructor', 'running'],
	['NEW_WORD', 'running'],
])('a task with %s is %s, and has an error only where it is over', (word, status) => {
	for (const state of [task({ status: word, progress: 40 }), item({ status: word })]) {
		expect(state).toMatchObject({ status, image: null });
		expect(state.error !== null).toBe(status === 'failed' || status === 'canceled');
	}
	expect(task({ status: word, progress: 40 }).progress).toBe(40);
});

it.each([
	[{ result: { relative_path: 'a.png' }, image_url: '/p/a.webp' }, original, `${baseUrl}/p/a.webp`],
	[{ result: { relative_path: 'a.png' } }, original, original],
	[{ image_url: '/p/a.webp' }, `${baseUrl}/p/a.webp`, `${baseUrl}/p/a.webp`],
	[
		{ result: { relative_path: 'a.png', preview_relative_path: 'p.webp' } },
		original,
		`${baseUrl}/generated-images/p.webp`,
	],
])('a task with the files %j has the original file %s and the smaller file %s', (files, large, small) => {
	const answer = taskAnswer.parse({ task_id: 't', status: 'SUCCESS', ...files });
	expect(stateOfTask(answer, baseUrl, false).image?.url).toBe(large);
	expect(stateOfTask(answer, baseUrl, true).image?.url).toBe(small);
});

it('a task that succeeded without an image has failed, and is not repeated', () => {
	for (const state of [task({ status: 'SUCCESS' }), item({ status: 'success' })])
		expect(state).toMatchObject({
			status: 'failed',
			image: null,
			error: { code: 'malformedResponse', retryable: false },
		});
});

it('an item has its size and seed, and the original file where its extension is known', () => {
	const shown = { status: 'success', image_url: '/p/a.WEBP', width: 64, height: 32, seed: 0 };
	expect(item(shown)).toMatchObject({
		error: null,
		image: { url: `${baseUrl}/p/a.WEBP`, width: 64, height: 32, seed: 0 },
	});
	expect(item(shown, '.png').image?.url).toBe(`${baseUrl}/p/a.png`);
	expect(item({ status: 'success', image_url: '/p/a' }, '.png').image).toMatchObject({
		width: null,
		height: null,
		seed: null,
	});
});

describe('a row of the history', () => {
	const whole = { batch_size: 1, success_count: 1, relative_path: 'a.png', image_url: '/p/a.webp' };

	it.each([
		['is whole', {}, true],
		['has two images', { batch_size: 2, success_count: 2 }, false],
		['has no image yet', { success_count: 0 }, false],
		['does not report its counts', { batch_size: null }, false],
		['names no file', { relative_path: null }, false],
	])('that %s is a job without a further request, or is not', (_what, more, isWhole) => {
		const job = fromFinishedRow(row({ ...whole, ...more }), 'id', baseUrl, false);
		expect(job !== null).toBe(isWhole);
		if (job)
			expect(job).toMatchObject({
				job: { id: 'id', status: 'succeeded', total: 1 },
				images: [{ url: original }],
			});
	});

	it('has the smaller file if that is wanted', () => {
		const small = fromFinishedRow(row({ ...whole, relative_path: null }), 'id', baseUrl, true);
		expect(small?.images).toMatchObject([{ url: `${baseUrl}/p/a.webp` }]);
		expect(fromFinishedRow(row({ ...whole, image_url: null }), 'id', baseUrl, true)).toBeNull();
	});

	it.each([
		[{ status: 'PENDING' }, true],
		[{ status: 'PENDING', success_count: 0, failed_count: 0 }, true],
		[{ status: 'PENDING', success_count: 1 }, false],
		[{ status: 'PENDING', failed_count: 1 }, false],
		[{ status: 'SUCCESS', success_count: 0 }, false],
	])('with %j is a running job: %s', (more, isRunning) => {
		const job = fromUnfinishedRow(row(more), 'id', 4);
		expect(job !== null).toBe(isRunning);
		if (job) expect(job.job).toMatchObject({ id: 'id', status: 'running', total: 4, completed: 0, progress: 0 });
	});

	it.each([
		[{ status: 'PENDING', batch_size: 4, success_count: 1 }, 'running', 25, null],
		[{ status: 'PENDING' }, 'running', null, null],
		[{ batch_size: 2, success_count: 2 }, 'succeeded', 100, null],
		[{ batch_size: 4, success_count: 3 }, 'partial', 75, { code: 'upstream' }],
		[{ batch_size: 2, success_count: 0 }, 'failed', 0, { code: 'upstream' }],
	])('with %j is %s in a list', (more, status, progress, error) => {
		const { job, images } = fromCounts(row(more));
		expect(job).toMatchObject({ id: 'b', status, progress });
		expect(images).toEqual([]);
		if (error) expect(job.error).toMatchObject(error);
		else expect(job.error).toBeNull();
	});

	it('reports what it has of its request', () => {
		expect(requestOf(row({ prompt: 'A fox', width: 64, batch_size: 2, base_seed: 5 }))).toEqual({
			prompt: 'A fox',
			width: 64,
			count: 2,
			seed: 5,
		});
		expect(requestOf(row({ base_seed: {} }))).toEqual({});
	});
});
