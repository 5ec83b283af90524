import type { Sandbox } from '../shared/server';
import { callsTo } from '../testCall';
import { until } from '../testClient';
import { startZImageSandbox } from './server';
import type { Settings } from './settings';

let sandbox: Sandbox<Settings>;
const call: ReturnType<typeof callsTo> = (...args) => callsTo(sandbox.url, { 'x-auth-key': 'client-key-1' })(...args);
const uuid = (n: number) => `0d6b3b3b-0b4b-4c87-8d46-6b1e7e6f7f0${n}`;

beforeAll(async () => {
	sandbox = await startZImageSandbox({ settings: { jobDurationMs: 10 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const submit = async (prompt: string, batch: number, index = 0, size = 1) =>
	(
		(
			await call('POST', '/v1/images/generate', {
				prompt,
				metadata: { batch_id: uuid(batch), batch_index: index, batch_size: size },
			})
		).json as { task_id: string }
	).task_id;
const statusOf = async (id: string) => ((await call('GET', `/v1/tasks/${id}`)).json as { status: string }).status;
const reach = (id: string, ...statuses: string[]) =>
	until(async () => (statuses.includes(await statusOf(id)) ? true : null));
const detail = async (batch: number) => {
	const { status, json } = await call('GET', `/v1/history/${uuid(batch)}`);
	return status === 200 ? (json as { batch: { status: string }; items: Array<{ task_id: string }> }) : status;
};
const listed = async () =>
	((await call('GET', '/v1/history')).json as Array<{ task_id: string }>).map(({ task_id }) => task_id);
const finish = (id: string) => call('POST', `/__sandbox/jobs/${id}/finish`, { status: 'SUCCESS' });

describe.each(['document', 'real'] as const)('one GPU, dialect %s', (dialect) => {
	beforeEach(() => sandbox.settings({ dialect, workers: 1 }));

	it('tasks begin one after the other, in the order of their submits', async () => {
		const [first, second, third] = [await submit('1 [hang]', 1), await submit('2 [hang]', 2), await submit('3', 3)];
		await reach(first, 'STARTED');
		expect([await statusOf(second), await statusOf(third)]).toEqual(['PENDING', 'PENDING']);
		await finish(first);
		await reach(second, 'STARTED');
		expect(await statusOf(third)).toBe('PENDING');
		await finish(second);
		await reach(third, 'SUCCESS');
		expect(sandbox.books()).toMatchObject({ generationsBilled: 3, maxConcurrentJobs: 3 });
	});

	it('the history knows a batch, and each of its tasks, once a worker has begun it', async () => {
		const first = await submit('1 [hang]', 1);
		const [a, b] = [await submit('2 [hang]', 2, 0, 2), await submit('2 [hang]', 2, 1, 2)];
		await reach(first, 'STARTED');
		expect([await detail(2), await listed()]).toEqual([404, [uuid(1)]]);
		expect((await call('DELETE', `/v1/history/${uuid(2)}`)).status).toBe(404);
		await finish(first);
		await reach(a, 'STARTED');
		expect(await detail(2)).toMatchObject({ items: [{ task_id: a }] });
		expect(await listed()).toEqual([uuid(2), uuid(1)]);
		await finish(a);
		await reach(b, 'STARTED');
		expect(await detail(2)).toMatchObject({
			batch: { status: 'PENDING' },
			items: [{ task_id: a }, { task_id: b }],
		});
	});

	it('a task that is canceled before it begins is dropped and never appears in the history', async () => {
		const [first, second, third] = [await submit('1 [hang]', 1), await submit('2', 2), await submit('3', 3)];
		await reach(first, 'STARTED');
		await call('POST', `/v1/tasks/${second}/cancel`);
		expect(await statusOf(second)).toBe(dialect === 'real' ? 'PENDING' : 'REVOKED');
		await finish(first);
		await reach(third, 'SUCCESS');
		expect([await statusOf(second), await detail(2)]).toEqual(['REVOKED', 404]);
		expect(sandbox.books().jobs.map(({ generationsBilled }) => generationsBilled)).toEqual([1, 0, 1]);
	});

	it('a canceled running task, and a task that never starts, leave the GPU to the next', async () => {
		const [first, parked, third] = [
			await submit('1 [hang]', 1),
			await submit('2 [queue]', 2),
			await submit('3', 3),
		];
		await reach(first, 'STARTED');
		await call('POST', `/v1/tasks/${first}/cancel`);
		await reach(third, 'SUCCESS');
		expect(await statusOf(parked)).toBe('PENDING');
	});

	it('more workers take what waits', async () => {
		const [first, second] = [await submit('1 [hang]', 1), await submit('2', 2)];
		await reach(first, 'STARTED');
		sandbox.settings({ workers: 2 });
		await reach(second, 'SUCCESS');
	});

	it('an unknown task is always PENDING', async () => {
		for (let n = 0; n < 3; n++)
			expect(await call('GET', '/v1/tasks/nothing')).toMatchObject({
				status: 200,
				json: { status: 'PENDING', error: null },
			});
	});
});

it('without a number of workers all tasks run at once', async () => {
	const ids = [];
	for (let n = 0; n < 5; n++) ids.push(await submit(`${n} [hang]`, n));
	for (const id of ids) await reach(id, 'STARTED');
});
