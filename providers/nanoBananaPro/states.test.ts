import { failureOf } from './errors';
import { fromTask, fromTasks } from './mapping';
import { generationTask } from './wire';
import { imageTask } from './wireTasks';

const url = (id: string) => `https://n.example/${id}`;
const pictures = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `i${n}` }));
const v16 = (more: object, id = 'a') =>
	fromTask(generationTask.parse({ id: 'a', status: 'completed', ...more }), id, url);
const tasks = (more: object[], id = 'a') =>
	fromTasks(
		more.map((one, n) => imageTask.parse({ task_id: `t${n}`, ...one })),
		id,
		'https://n.example',
	);

it.each([
	['pending', 2, 0, 'queued', 0, null],
	['processing', 4, 1, 'running', 25, null],
	['new word', 4, 1, 'running', 25, null],
	['constructor', 4, 1, 'running', 25, null],
	['completed', 2, 2, 'succeeded', 100, null],
	['completed', 1, 2, 'succeeded', null, null],
	['completed', null, 2, 'succeeded', null, null],
	['partial', 2, 2, 'succeeded', 100, null],
	['completed', 3, 2, 'partial', null, 'upstream'],
	['failed', 3, 2, 'partial', null, 'upstream'],
	['completed', 2, 0, 'failed', null, 'malformedResponse'],
	['failed', 2, 0, 'failed', null, 'upstream'],
] as const)('v1.6: %s with %s images requested and %s made is %s', (word, totalCount, made, status, progress, code) => {
	const { job, images } = v16({ status: word, totalCount, images: pictures(made) });
	expect(job).toMatchObject({ id: 'a', status, progress, total: totalCount, completed: made });
	expect(job.error?.code ?? null).toBe(code);
	expect(images.map((image) => image.url)).toEqual(pictures(made).map(({ id }) => url(id)));
});

it('v1.6: the number of images in the ID of the job counts, and while it runs the number that the task reports', () => {
	const running = v16({ status: 'processing', totalCount: 2, completedCount: 2 }, 'a~4').job;
	expect(running).toMatchObject({ total: 4, completed: 2, progress: 50 });
	expect(v16({ status: 'processing', totalCount: 2, completedCount: 9 }).job.progress).toBe(100);
	expect(v16({ totalCount: 2, completedCount: 2, images: pictures(1) }).job).toMatchObject({
		status: 'partial',
		completed: 1,
	});
	expect(v16({ status: 'processing' }).job).toMatchObject({ total: null, progress: null, completed: 0 });
});

it('v1.6: the reason of the task is the reason of the missing images', () => {
	const errorMessage = 'Blocked by safety';
	expect(v16({ totalCount: 2, images: pictures(1), errorMessage }).job.error).toMatchObject({
		code: 'contentRejected',
		message: expect.stringContaining('1 of 2') as string,
	});
	expect(v16({ totalCount: 2, errorMessage }).job).toMatchObject({
		status: 'failed',
		error: { code: 'contentRejected' },
	});
	expect(v16({ totalCount: 1, images: pictures(1), errorMessage }).job.error).toBeNull();
});

it.each<[string, object[], string, number | null, number]>([
	['all wait', [{ status: 'pending' }, { status: 'pending' }], 'queued', 0, 0],
	['one waits', [{ status: 'processing' }, { status: 'pending' }], 'running', 0, 0],
	['one has ended', [{ status: 'completed', image_url: '/a' }, { status: 'pending' }], 'running', 50, 1],
	[
		'all have an image',
		[
			{ status: 'completed', image_url: '/a' },
			{ status: 'completed', local_path: 'b' },
		],
		'succeeded',
		100,
		2,
	],
	['one has failed', [{ status: 'completed', image_url: '/a' }, { status: 'failed' }], 'partial', null, 1],
	['all have failed', [{ status: 'failed' }, { status: 'failed' }], 'failed', null, 0],
	['one has no image', [{ status: 'completed', image_url: '/a' }, { status: 'completed' }], 'partial', null, 1],
	['a failed one has an address', [{ status: 'failed', image_url: '/a' }], 'failed', null, 0],
])('tasks: if %s, the job is as its tasks', (_what, states, status, progress, completed) => {
	const { job, images } = tasks(states);
	expect(job).toMatchObject({ status, progress, completed, total: states.length });
	expect(images).toHaveLength(completed);
	expect(images.map(({ index }) => index)).toEqual(images.map((_, index) => index));
});

it('tasks: the job began with its first task and changed with its last; missing tasks count', () => {
	const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
	const { job } = tasks(
		[
			{ status: 'completed', image_url: '/a', created_at: early, updated_at: late },
			{ status: 'completed', image_url: '/b', created_at: late, completed_at: early },
		],
		'x.y.z~3',
	);
	expect(job).toMatchObject({ total: 3, status: 'partial', createdAt: early, updatedAt: late });
	expect(tasks([{ status: 'pending' }]).job).toMatchObject({ createdAt: null, updatedAt: null });
});

it.each([
	[{ image_url: 'HTTPS://cdn.example/a.png', local_path: 'b' }, 'HTTPS://cdn.example/a.png'],
	[{ local_path: 'out\\2026\\a.png' }, 'https://n.example/out/2026/a.png'],
	[{ local_path: './out/a.png' }, 'https://n.example/out/a.png'],
	[{ local_path: '/./out/./a.png' }, 'https://n.example/out/./a.png'],
	[{ image_url: '', local_path: 'a.png' }, 'https://n.example/a.png'],
])('tasks: an image at %j has the address %s', (place, address) => {
	expect(tasks([{ status: 'completed', ...place }]).images).toMatchObject([{ url: address }]);
});

it.each([
	['prohibited content', 'contentRejected', false],
	['内容违规', 'contentRejected', false],
	['API key not valid', 'auth', false],
	['permission denied', 'auth', false],
	['余额不足', 'quotaExceeded', false],
	['status 429', 'rateLimited', true],
	['RESOURCE_EXHAUSTED', 'rateLimited', true],
	['503 from upstream', 'overloaded', true],
	['deadline exceeded', 'timeout', true],
	['no idea', 'upstream', true],
])('a task that failed with "%s" is %s', (message, code, retryable) => {
	expect(failureOf(message)).toMatchObject({ code, retryable, message });
});

it('a task that failed without a reason says so', () => {
	for (const message of ['', null, undefined])
		expect(failureOf(message).message).toBe('The task failed, and the server gave no reason');
});
