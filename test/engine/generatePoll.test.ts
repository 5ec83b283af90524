import type { INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { binaryOf } from './harness';
import { bench } from './sandboxed';

const { books, sandbox, chain, generate } = bench();

const jobOf = (item: INodeExecutionData | undefined) =>
	item?.json['job'] as {
		id: string;
		status: string;
		error: { code: string; message: string } | null;
		idempotencyKey: string;
	};
const poll = (parameters = {}, settings = {}) => ({ name: 'Poll', type: 'imagePoll', parameters, settings });
const submit = {
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', wait: false },
};

it('one node with its defaults makes a picture from a prompt', async () => {
	const result = await generate([{}], { prompt: 'A cat' });
	expect(result.error).toBeUndefined();
	const [item] = result.output('Generate');
	expect(item?.json).toMatchObject({
		job: { provider: 'imageSaas', status: 'succeeded', progress: 100, total: 1, completed: 1, error: null },
		images: [{ index: 0, mimeType: 'image/png', width: 1024, height: 1024 }],
		request: { prompt: 'A cat', count: 1 },
	});
	const { width, height, format } = await sharp(await binaryOf(item, 'image_0')).metadata();
	expect({ width, height, format }).toEqual({ width: 1024, height: 1024, format: 'png' });
});

it('with Wait off the job is given at once, before it has ended', async () => {
	const result = await generate([{ prompt: 'A cat [hang]' }], { wait: false });
	expect(jobOf(result.output('Generate')[0]).status).toBe('queued');
	expect(books().requests).toEqual({ 'POST /v1/images/generate': 1 });
});

it('every requested field reaches the provider, and no other', async () => {
	await generate([{ prompt: 'A cat' }], {
		wait: false,
		count: 3,
		aspectRatio: '16:9',
		resolution: '2K',
		options: { mode: 'draft', referenceUrl: 'https://example.com/a.png' },
	});
	expect(books().jobs[0]?.request).toEqual({
		prompt: 'A cat',
		sampleCount: 3,
		aspectRatio: '16:9',
		resolution: '2K',
		mode: 'draft',
		inputImageUrl: 'https://example.com/a.png',
	});
});

it('of 50 items 40 finish and 10 leave by Failed with the right code, paired and in order', async () => {
	const ways: Record<number, [marker: string, code: string]> = {
		3: ['[fail:PROVIDER_ERROR]', 'upstream'],
		8: ['[fail:SERVICE_OVERLOAD]', 'overloaded'],
		13: ['[fail:INVALID_REQUEST]', 'invalidRequest'],
		18: ['[missing-image]', 'notFound'],
		23: ['[bad-image]', 'malformedResponse'],
		28: ['[fail:PROVIDER_ERROR]', 'upstream'],
		33: ['[fail:SERVICE_OVERLOAD]', 'overloaded'],
		38: ['[fail:INVALID_REQUEST]', 'invalidRequest'],
		43: ['[missing-image]', 'notFound'],
		48: ['[bad-image]', 'malformedResponse'],
	};
	const items = Array.from({ length: 50 }, (_, n) => ({ prompt: `Picture ${n} ${ways[n]?.[0] ?? ''}` }));
	const result = await chain(items, [submit, poll()]);
	expect(result.error).toBeUndefined();
	const [finished, pending, failed] = [0, 1, 2].map((output) => result.output('Poll', output));
	expect(pending).toEqual([]);
	const pairs = (list: INodeExecutionData[] = []) => list.map((item) => (item.pairedItem as { item: number }).item);
	expect(pairs(finished)).toEqual(Array.from({ length: 50 }, (_, n) => n).filter((n) => !(n in ways)));
	expect(pairs(failed)).toEqual(Object.keys(ways).map(Number));
	for (const item of finished ?? []) {
		const place = (item.pairedItem as { item: number }).item;
		expect(item.json['request']).toMatchObject({ prompt: `Picture ${place}` });
		expect(item.binary?.['image_0']?.mimeType).toBe('image/png');
	}
	expect(failed?.map((item) => jobOf(item).error?.code)).toEqual(Object.values(ways).map(([, code]) => code));
	expect(books().jobs).toHaveLength(50);
}, 60_000);

it('many items are polled together, in far fewer requests than items', async () => {
	const items = Array.from({ length: 40 }, (_, n) => ({ prompt: `Picture ${n}` }));
	const result = await chain(items, [submit, poll({ download: false })]);
	expect(result.output('Poll')).toHaveLength(40);
	const { 'POST /v1/images/generate': submits, ...looks } = books().requests;
	expect(submits).toBe(40);
	expect(Object.values(looks).reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(8);
});

it('an item whose job has ended costs Poll no request', async () => {
	const result = await chain(
		[{ prompt: 'A cat' }],
		[{ ...submit, parameters: { ...submit.parameters, wait: true } }, poll()],
	);
	const asked = Object.entries(books().requests).filter(([route]) => route.startsWith('GET /v1'));
	const [item] = result.output('Poll');
	expect(item?.binary?.['image_0']).toEqual(result.output('Generate')[0]?.binary?.['image_0']);
	expect(books().downloads).toBe(1);
	// Counts only the polls of Generate.
	const again = await chain([{ ...item?.json }], [poll({ download: false })]);
	expect(again.output('Poll')).toHaveLength(1);
	expect(Object.entries(books().requests).filter(([route]) => route.startsWith('GET /v1'))).toEqual(asked);
});

it('a job that outlasts Max Wait leaves by Pending, without an error', async () => {
	const result = await chain([{ prompt: 'Quick' }, { prompt: 'Slow [hang]' }], [submit, poll({ maxWait: 2 })]);
	expect(result.error).toBeUndefined();
	expect(result.output('Poll', 0).map((item) => jobOf(item).status)).toEqual(['succeeded']);
	expect(result.output('Poll', 1).map((item) => [jobOf(item).status, jobOf(item).error])).toEqual([
		['running', null],
	]);
	expect(result.output('Poll', 2)).toEqual([]);
});

it('Poll Once gives every item at once, by the matching output', async () => {
	const made = await generate(
		[{ prompt: 'Done' }, { prompt: 'Slow [hang]' }, { prompt: 'Bad [fail:PROVIDER_ERROR]' }],
		{ wait: true, maxWait: 2, download: false },
	);
	const open = made
		.output('Generate')
		.map(({ json }) => ({ job: { ...(json['job'] as object), status: 'queued' }, images: [], request: {} }));
	const result = await chain(open, [poll({ mode: 'once' })]);
	expect([0, 1, 2].map((output) => result.output('Poll', output).map((item) => jobOf(item).status))).toEqual([
		['succeeded'],
		['running'],
		['failed'],
	]);
});

it('an unknown job leaves by Failed and affects no other item', async () => {
	const made = await generate([{ prompt: 'A cat' }], { wait: false });
	const { job } = made.output('Generate')[0]?.json as { job: object };
	const result = await chain([{ job: { ...job, id: 'cm00000000000000000000000' } }, { job }], [poll()]);
	expect(result.output('Poll', 0).map((item) => jobOf(item).status)).toEqual(['succeeded']);
	expect(result.output('Poll', 2).map((item) => jobOf(item).error?.code)).toEqual(['notFound']);
});

it('an unknown job leaves by Failed also where it is the only one', async () => {
	const result = await chain(
		[{ job: { provider: 'imageSaas', id: 'cm00000000000000000000000', status: 'running' } }],
		[poll()],
	);
	expect(result.error).toBeUndefined();
	expect(result.output('Poll', 2).map((item) => [jobOf(item).status, jobOf(item).error?.code])).toEqual([
		['failed', 'notFound'],
	]);
});

it.each([{ mode: 'once' }, { mode: 'wait' }])('a wrong key fails Poll aloud, %j', async (parameters) => {
	const result = await chain(
		[{ job: { provider: 'imageSaas', id: 'cm00000000000000000000000', status: 'running' } }],
		[poll(parameters)],
		{ credential: { baseUrl: sandbox().url, apiKey: 'img_wrong_key' } },
	);
	expect(result.error?.message).toContain('401');
});

it('Poll fetches the pictures itself where an item has only a field of the same name', async () => {
	const made = await generate([{ prompt: 'A cat' }], { download: false });
	const [item] = made.output('Generate');
	const result = await chain([{ ...item?.json }], [poll()]);
	expect(result.output('Poll')[0]?.binary?.['image_0']?.mimeType).toBe('image/png');
	expect(result.output('Poll')[0]?.json['images']).toMatchObject([
		{ width: 1024, height: 1024, mimeType: 'image/png' },
	]);
});

it('an invalid Max Wait fails before any request', async () => {
	const result = await chain(
		[{ job: { provider: 'imageSaas', id: 'cm00000000000000000000000', status: 'running' } }],
		[poll({ maxWait: '={{ "soon" }}' })],
	);
	expect(result.error?.message).toContain('Max Wait is NaN');
	expect(books().requests).toEqual({});
});

it('one item an image when asked, each with its picture in image_0', async () => {
	const result = await generate([{ prompt: 'A cat' }], { count: 3, options: { splitImages: true } });
	const items = result.output('Generate');
	expect(items.map((item) => (item.json['images'] as Array<{ index: number }>).map(({ index }) => index))).toEqual([
		[0],
		[1],
		[2],
	]);
	expect(items.map((item) => Object.keys(item.binary ?? {}))).toEqual([['image_0'], ['image_0'], ['image_0']]);
	expect(new Set(items.map((item) => item.binary?.['image_0']?.id)).size).toBe(3);
});

it("jobs over the tenant's limit wait for a slot, and no answer is 429", async () => {
	sandbox().settings({ maxConcurrent: 5 });
	const items = Array.from({ length: 20 }, (_, n) => ({ prompt: `Picture ${n}` }));
	const credential = {
		baseUrl: sandbox().url,
		apiKey: 'img_test_dev_123456789',
		requestsPerMinute: 0,
		jobsInFlight: 5,
	};
	const result = await chain(items, [submit], { credential });
	expect(result.output('Generate')).toHaveLength(20);
	expect(books().jobs).toHaveLength(20);
	expect(books().tooManyRequests).toBe(0);
	expect(books().maxConcurrentJobs).toBeLessThanOrEqual(5);
}, 30_000);

it('asks over few connections, however many the requests', async () => {
	await chain(
		Array.from({ length: 40 }, (_, n) => ({ prompt: `Picture ${n}` })),
		[submit, poll()],
	);
	expect(books().connections).toBeLessThanOrEqual(24);
});
