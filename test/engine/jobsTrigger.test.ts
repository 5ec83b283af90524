import { type IDataObject, type INodeExecutionData, Workflow } from 'n8n-workflow';
import { packMemory } from '../../nodes/execution/memory';
import { binaryOf } from './harness';
import { apiKey, bench } from './sandboxed';
import { TriggerRun } from './triggerRun';

const { sandbox, credential, generate, chain } = bench();

class Trigger extends TriggerRun {
	constructor(parameters: IDataObject = {}, credentials = credential) {
		super('imageSaas', 'imageSaasApi', parameters, credentials);
	}
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
	const answer = await fetch(`${sandbox().url}${path}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return (await answer.json()) as Record<string, unknown>;
}

/** A job that ends when the test ends it. */
const submit = async (prompt = 'A cat', body: object = {}) =>
	String((await post('/v1/images/generate', { prompt: `${prompt} [queue]`, ...body }))['jobId']);
const finish = (id: string, status = 'SUCCEEDED') => post(`/__sandbox/jobs/${id}/finish`, { status });
const ended = async (prompt?: string, body?: object) => {
	const id = await submit(prompt, body);
	await finish(id);
	return id;
};
const jobOf = (item: INodeExecutionData | undefined) =>
	item?.json['job'] as { id: string; status: string; error: { code: string } | null };
const refOf = (item: INodeExecutionData | undefined) =>
	String((item?.json['job'] as { ref?: string } | undefined)?.ref);
const idsOf = (items: INodeExecutionData[]) => items.map((item) => jobOf(item).id);

it('a job that ends after activation is given once, with its pictures; what had ended before is not', async () => {
	await ended('Before');
	const trigger = new Trigger({ download: true });
	const id = await submit('A cat', { sampleCount: 2 });
	expect(await trigger.activate()).toEqual([]);
	expect(await trigger.poll()).toEqual([]);
	await finish(id);
	const [item] = await trigger.poll();
	expect(item?.json).toMatchObject({
		job: { provider: 'imageSaas', id, status: 'succeeded' },
		images: [{ index: 0, mimeType: 'image/png', width: 1024 }, { index: 1 }],
		request: { prompt: 'A cat [queue]' },
	});
	expect((await binaryOf(item, 'image_1')).subarray(1, 4).toString()).toBe('PNG');
	expect(await trigger.poll()).toEqual([]);
});

it.each(['document', 'real'] as const)(
	'many jobs that end between two polls are all given, over the pages of the list (%s)',
	async (dialect) => {
		sandbox().settings({ dialect });
		const trigger = new Trigger();
		await trigger.activate();
		const ids: string[] = [];
		for (let n = 0; n < 230; n++) ids.push(await submit(`No. ${n}`));
		for (const id of [...ids].reverse()) await finish(id);
		const given = idsOf(await trigger.poll());
		expect([...given].sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
		const last = await ended();
		expect(idsOf(await trigger.poll())).toEqual([last]);
	},
);

it("jobs beyond one run's limit follow with the next polls", async () => {
	const trigger = new Trigger({ download: true, events: ['failed'] });
	await trigger.activate();
	for (let n = 0; n < 60; n++) await finish(await submit(), 'FAILED');
	const first = idsOf(await trigger.poll());
	const second = idsOf(await trigger.poll());
	expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([50, 10, 60]);
});

it('after a restart no job is repeated and none is missing', async () => {
	const trigger = new Trigger();
	await trigger.activate();
	const early = await submit();
	const first = await ended();
	expect(idsOf(await trigger.poll())).toEqual([first]);
	const late = await submit();
	expect(await trigger.poll()).toEqual([]);
	await finish(early);
	await finish(late, 'FAILED');
	await trigger.restart();
	expect(idsOf(await trigger.activate())).toEqual([early, late]);
	await trigger.restart();
	expect(await trigger.activate()).toEqual([]);
});

it('with Repeat After Restart the jobs given last come once more after a restart, and only then', async () => {
	const trigger = new Trigger({ options: { repeatAfterRestart: true } });
	await trigger.activate();
	const id = await ended();
	expect(idsOf(await trigger.poll())).toEqual([id]);
	expect(await trigger.poll()).toEqual([]);
	await trigger.restart();
	expect(idsOf(await trigger.activate())).toEqual([id]);
	expect(await trigger.poll()).toEqual([]);
});

it('where n8n does not keep what the poll at activation leaves, the process does', async () => {
	const trigger = new Trigger();
	await trigger.poll();
	const id = await ended();
	const state = jest.spyOn(Workflow.prototype, 'getStaticData').mockReturnValueOnce({});
	expect(idsOf(await trigger.poll())).toEqual([id]);
	state.mockRestore();
});

it("a job of Image Generate has its item's ref; another job has a new ref", async () => {
	const trigger = new Trigger({ download: true });
	await trigger.activate();
	const made = await generate([{ prompt: 'A fox' }]);
	const [fox] = made.output('Generate');
	const [item] = await trigger.poll();
	expect(refOf(item)).toBe(refOf(fox));
	expect(jobOf(item).id).toBe(jobOf(fox).id);
	expect(refOf((await trigger.poll({ mode: 'manual' }))[0])).toBe(refOf(fox));
	await ended();
	const [stranger] = await trigger.poll();
	expect(refOf(stranger)).toMatch(/^[0-9a-z]{12}$/);
	expect(refOf(stranger)).not.toBe(refOf(fox));
	const listed = await chain(
		[{}],
		[{ name: 'List', type: 'imageSaas', parameters: { resource: 'job', operation: 'getAll' } }],
	);
	expect(listed.output('List').map(refOf)).toEqual([refOf(stranger), refOf(fox)]);
	const got = await chain(
		[{}],
		[{ name: 'Get', type: 'imageSaas', parameters: { resource: 'job', operation: 'get', jobId: jobOf(fox).id } }],
	);
	expect(got.output('Get').map(refOf)).toEqual([refOf(fox)]);
});

it('without the memory the jobs are still given', async () => {
	const trigger = new Trigger();
	await trigger.activate();
	const id = await ended();
	const fault = jest
		.spyOn((await packMemory()).journal, 'refsOf')
		.mockRejectedValueOnce(new Error('The disk is full'));
	expect(idsOf(await trigger.poll())).toEqual([id]);
	expect(fault).toHaveBeenCalledTimes(1);
});

it('the look-back gives the jobs that ended within it', async () => {
	const id = await ended();
	expect(idsOf(await new Trigger({ options: { lookback: 1 } }).activate())).toEqual([id]);
	expect(await new Trigger({ options: { lookback: 0 } }).activate()).toEqual([]);
});

it('only the ends that are listened for are given, and the others do not come later', async () => {
	const trigger = new Trigger();
	await trigger.activate();
	const failed = await submit();
	await finish(failed, 'FAILED');
	await finish(await submit(), 'CANCELED');
	expect((await trigger.poll()).map((item) => jobOf(item))).toMatchObject([
		{ id: failed, status: 'failed', error: { code: 'upstream' } },
	]);
	expect(await trigger.poll()).toEqual([]);
});

it('options: one item per image, raw answer, words of the prompt', async () => {
	const trigger = new Trigger({
		download: true,
		options: { splitImages: true, includeRaw: true, promptContains: 'CAT' },
	});
	await trigger.activate();
	await ended('A dog');
	const id = await ended('A cat', { sampleCount: 2 });
	const items = await trigger.poll();
	expect(
		items.map(({ json, binary }) => [
			jobOf({ json }).id,
			(json['images'] as unknown[]).length,
			Object.keys(binary ?? {}),
		]),
	).toEqual([
		[id, 1, ['image_0']],
		[id, 1, ['image_0']],
	]);
	expect(items[0]?.json['raw']).toMatchObject({ id });
});

it('a picture that cannot be had is noted on the job', async () => {
	const trigger = new Trigger({ download: true });
	await trigger.activate();
	await ended('A cat [missing-image]');
	expect((await trigger.poll()).map((item) => jobOf(item))).toMatchObject([
		{ status: 'succeeded', error: { code: 'notFound' } },
	]);
});

it('slow downloads block nothing: the first job is given without images, the others with the next poll', async () => {
	const trigger = new Trigger({ download: true });
	await trigger.activate();
	const ids = [await ended('1'), await ended('2')];
	sandbox().fault({ route: 'asset', kind: 'hang', times: 2 });
	const first = await trigger.poll({ budgetMs: 1_000 });
	expect(first.map((item) => jobOf(item))).toMatchObject([
		{ id: ids[0], status: 'succeeded', error: { code: 'timeout' } },
	]);
	const second = await trigger.poll();
	expect(second.map((item) => [jobOf(item).id, Object.keys(item.binary ?? {})])).toEqual([[ids[1], ['image_0']]]);
});

it('two polls at once give a job once', async () => {
	const trigger = new Trigger();
	await trigger.activate();
	const id = await ended();
	const both = await Promise.all([trigger.poll(), trigger.poll()]);
	expect(both.flatMap(idsOf)).toEqual([id]);
});

it('a failed poll changes nothing and reports why', async () => {
	const trigger = new Trigger();
	await trigger.activate();
	const id = await ended();
	const before = trigger.state;
	sandbox().settings({ apiKey: 'img_test_other' });
	await expect(trigger.poll()).rejects.toMatchObject({
		message: expect.stringMatching(/^Image SaaS answered 401/),
		httpCode: '401',
	});
	expect(trigger.state).toBe(before);
	sandbox().settings({ apiKey });
	expect(idsOf(await trigger.poll())).toEqual([id]);
});

it('a list that does not come in time is no stop by the user', async () => {
	const trigger = new Trigger();
	sandbox().fault({ route: 'list', kind: 'hang' });
	await expect(trigger.poll({ budgetMs: 300 })).rejects.toThrow('could not be listed within');
});

it('activation fails with the field to fix if the credential is invalid', async () => {
	await expect(new Trigger({}, () => credential({ apiKey: 'wrong' })).activate()).rejects.toMatchObject({
		message: expect.stringMatching(/^Image SaaS answered 401/),
		httpCode: '401',
	});
	await expect(new Trigger({}, () => credential({ apiKey: '' })).activate()).rejects.toThrow('API Key is empty');
	await expect(new Trigger({ events: [] }).activate()).rejects.toThrow('Events is empty');
	await expect(new Trigger({ options: { lookback: -1 } }).activate()).rejects.toThrow('Look Back is -1');
});

it('another server starts from the beginning', async () => {
	let host = sandbox().url;
	const trigger = new Trigger({}, () => credential({ baseUrl: host }));
	await trigger.activate();
	await ended();
	host = host.replace('127.0.0.1', 'localhost');
	expect(await trigger.poll()).toEqual([]);
	const id = await ended();
	expect(idsOf(await trigger.poll())).toEqual([id]);
});

it('a test event is the newest job that has ended, and leaves the state alone', async () => {
	const trigger = new Trigger({ events: ['succeeded'] });
	await expect(trigger.poll({ mode: 'manual' })).rejects.toThrow(
		'Image SaaS lists no job that has ended as succeeded',
	);
	await ended('1');
	// The message says "cancelled": n8n reads the word "canceled" in an error as a stop by the user.
	await expect(new Trigger({ events: ['canceled'] }).poll({ mode: 'manual' })).rejects.toThrow('ended as cancelled');
	const id = await ended('2');
	await finish(await submit('3'), 'FAILED');
	await submit('4');
	const before = trigger.state;
	expect(idsOf(await trigger.poll({ mode: 'manual' }))).toEqual([id]);
	expect(idsOf(await trigger.poll({ mode: 'manual' }))).toEqual([id]);
	expect(trigger.state).toBe(before);
});

it('the state holds no key, prompt or address', async () => {
	const trigger = new Trigger();
	await trigger.activate();
	await ended('Secret prompt');
	await submit('Another prompt');
	await trigger.poll();
	expect(trigger.state).not.toMatch(new RegExp(`${apiKey}|prompt|127\\.0\\.0\\.1`));
});
