import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Image, Job } from '../../model/job';
import { packMemory } from '../../nodes/execution/memory';
import type { LinkFields } from '../../nodes/items/links';
import { backendsBench } from './backends';
import { binaryOf, type TestNode } from './harness';

const { sandbox, run } = backendsBench(['imageSaas', 'gemini']);

const linkBase = 'https://n8n.example.com/webhook/image-link';
const dayMs = 24 * 3_600_000;

const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as unknown as Job;
const imagesOf = (item: INodeExecutionData | undefined) => item?.json['images'] as unknown as Array<Image & LinkFields>;
/** Each test has its own node, so that it adopts no job of another test. */
const generate = (parameters: IDataObject, type = 'imageGenerate', settings: TestNode['settings'] = {}): TestNode => ({
	name: 'Generate',
	type,
	parameters: { prompt: 'A fox', ...parameters },
	settings: { id: randomUUID(), ...settings },
});
const poll = (parameters: IDataObject, type = 'imagePoll'): TestNode => ({ name: 'Poll', type, parameters });

afterEach(() => jest.restoreAllMocks());

describe('Image Generate', () => {
	it('gives an image of the answer a link and keeps it for as long as it says', async () => {
		const { results } = await packMemory();
		const keep = jest.spyOn(results, 'keep');
		const before = Date.now();
		const made = await run([{}], [generate({ provider: 'gemini', options: { linkBase, linkDays: 3 } })]);
		const [item] = made.output('Generate');
		const { ref = '' } = jobOf(item);
		const [image] = imagesOf(item);
		expect(image).toMatchObject({ url: null, link: `${linkBase}?ref=${ref}&image=0` });
		expect(image).not.toHaveProperty('note');
		const until = Date.parse(image?.linkUntil ?? '');
		expect(until).toBeGreaterThanOrEqual(before + 3 * dayMs);
		expect(until).toBeLessThanOrEqual(Date.now() + 3 * dayMs);
		expect(keep.mock.calls).toEqual([[[ref], until]]);
		// The first run of a process loads the pack and its memory.
	}, 20_000);

	it('keeps the images for the longer one of Reuse Within and Image Link Days', async () => {
		const { results } = await packMemory();
		const keep = jest.spyOn(results, 'keep');
		const before = Date.now();
		await run([{}], [generate({ provider: 'gemini', options: { linkBase, linkDays: 2, reuseDays: 5 } })]);
		expect(keep.mock.lastCall?.[1]).toBeGreaterThanOrEqual(before + 5 * dayMs);
	});

	it.each(['not an address', 'file:///etc/passwd'])('pays nothing if Image Link URL is %j', async (wrong) => {
		const { error } = await run([{}], [generate({ provider: 'imageSaas', options: { linkBase: wrong } })]);
		expect(error?.message).toMatch(/Image Link URL is not a web address/);
		expect(sandbox('imageSaas').books().jobs).toEqual([]);
	});

	it('as a tool it says in words why an image has no address, only where there is none', async () => {
		const inline = await run([{}], [generate({ provider: 'gemini' }, 'imageGenerateTool')]);
		const [item] = inline.output('Generate');
		expect(imagesOf(item)[0]?.note).toMatch(/^This image has no address, because Google Gemini sends images/);
		expect(imagesOf(item)[0]?.note).toMatch(/the option "Image Link URL" of the node "Generate"\.$/);
		expect(imagesOf(item)[0]?.note).toContain(jobOf(item).ref);
		expect(JSON.stringify(item?.json)).not.toMatch(/[A-Za-z0-9+/]{200}/);
		const withUrl = await run([{}], [generate({ provider: 'imageSaas' }, 'imageGenerateTool')]);
		expect(imagesOf(withUrl.output('Generate')[0])[0]).not.toHaveProperty('note');
		const noTool = await run([{}], [generate({ provider: 'gemini' })]);
		expect(imagesOf(noTool.output('Generate')[0])[0]).not.toHaveProperty('note');
	});
});

describe('Image Poll', () => {
	it('keeps the links of its items', async () => {
		const made = await run(
			[{}],
			[generate({ provider: 'gemini', options: { linkBase } }), poll({ provider: 'fromInput' })],
		);
		expect(imagesOf(made.output('Poll')[0])).toEqual(imagesOf(made.output('Generate')[0]));
		expect(imagesOf(made.output('Poll')[0])[0]?.link).toContain(linkBase);
	});

	it('as a tool it finds the link by the ID of the provider', async () => {
		const made = await run([{}], [generate({ provider: 'imageSaas', wait: false })]);
		const { id, ref = '' } = jobOf(made.output('Generate')[0]);
		const polled = await run(
			[{}],
			[poll({ provider: 'imageSaas', jobId: id, download: false, options: { linkBase } }, 'imagePollTool')],
		);
		const [item] = polled.output('Poll');
		expect(jobOf(item)).toMatchObject({ ref, status: 'succeeded' });
		expect(imagesOf(item)).toMatchObject([
			{ url: expect.stringMatching(/^http/) as string, link: `${linkBase}?ref=${ref}&image=0` },
		]);
	});

	it('gives no link for a job that this n8n did not make', async () => {
		const answer = await fetch(`${sandbox('imageSaas').url}/v1/images/generate`, {
			method: 'POST',
			headers: { authorization: 'Bearer img_test_dev_123456789', 'content-type': 'application/json' },
			body: JSON.stringify({ prompt: 'A fox', sampleCount: 1 }),
		});
		const { jobId } = (await answer.json()) as { jobId: string };
		const polled = await run([{}], [poll({ provider: 'imageSaas', jobId, options: { linkBase } })]);
		const [image] = imagesOf(polled.output('Poll')[0]);
		expect(image?.url).toMatch(/^http/);
		expect(image).not.toHaveProperty('link');
	});

	it('as a tool it returns every job by its first output', async () => {
		const made = await run([{}], [generate({ provider: 'imageSaas', wait: false, prompt: 'A fox [hang]' })]);
		const { id } = jobOf(made.output('Generate')[0]);
		const parameters = { provider: 'imageSaas', mode: 'once', jobId: '={{ $json.id }}' };
		const ids = [{ id }, { id: 'no-such-job' }];
		const asTool = await run(ids, [poll(parameters, 'imagePollTool')]);
		expect(asTool.output('Poll').map((item) => [jobOf(item).status, jobOf(item).error?.code])).toEqual([
			[expect.stringMatching(/queued|running/) as string, undefined],
			['failed', 'notFound'],
		]);
		const asNode = await run(ids, [poll(parameters)]);
		expect([0, 1, 2].map((output) => asNode.output('Poll', output).length)).toEqual([0, 1, 1]);
	});

	it('rejects a wrong Image Link URL for its own item', async () => {
		const made = await run([{}], [generate({ provider: 'imageSaas', wait: false })]);
		const node = poll({ provider: 'fromInput', options: { linkBase: 'nowhere' } });
		const polled = await run(
			made.output('Generate').map(({ json }) => json),
			[{ ...node, settings: { onError: 'continueRegularOutput' } }],
		);
		expect(jobOf(polled.output('Poll', 2)[0]).error?.message).toMatch(/Image Link URL is not a web address/);
	});
});

describe('Google Gemini, Generate content', () => {
	const content = (type: string, options: IDataObject): TestNode => ({
		name: 'Gemini',
		type,
		parameters: { resource: 'content', operation: 'generate', prompt: 'A fox', download: false, options },
		settings: { id: randomUUID() },
	});

	it('gives its images links that Fetch Result serves', async () => {
		const { results } = await packMemory();
		const keep = jest.spyOn(results, 'keep');
		const made = await run([{}], [content('geminiImage', { linkBase, linkDays: 2 })]);
		const [item] = made.output('Gemini');
		const { ref = '' } = jobOf(item);
		const [image] = imagesOf(item);
		expect(image).toMatchObject({ url: null, link: `${linkBase}?ref=${ref}&image=0` });
		expect(keep.mock.lastCall).toEqual([[ref], Date.parse(image?.linkUntil ?? '')]);
		const served = await run(
			[{}],
			[
				{
					name: 'Jobs',
					type: 'imageJobs',
					parameters: { operation: 'fetchResult', ref, options: { imageIndex: '0' } },
				},
			],
		);
		const [answer] = served.output('Jobs');
		expect((await binaryOf(answer, 'image_0')).equals(await binaryOf(item, 'image_0'))).toBe(true);
	});

	it('as a tool it says why an image has no address', async () => {
		const made = await run([{}], [content('geminiImageTool', {})]);
		const [item] = made.output('Gemini');
		expect(imagesOf(item)[0]?.note).toMatch(/^This image has no address.*"Gemini"\.$/);
		expect(JSON.stringify(item?.json)).not.toMatch(/[A-Za-z0-9+/]{200}/);
	});

	it('pays nothing if Image Link URL is wrong', async () => {
		const made = await run([{}], [content('geminiImage', { linkBase: 'nowhere' })]);
		expect(made.error?.message).toMatch(/Image Link URL is not a web address/);
		expect(sandbox('gemini').books().jobs).toEqual([]);
	});
});

describe('Fetch Result with Image Index', () => {
	const fetchOne = (ref: string | undefined, imageIndex: unknown): TestNode => ({
		name: 'Jobs',
		type: 'imageJobs',
		parameters: { operation: 'fetchResult', ref: ref ?? '', options: { imageIndex } },
		settings: { onError: 'continueRegularOutput' },
	});
	const threeImages = async () => {
		const made = await run([{}], [generate({ provider: 'imageSaas', count: 3 })]);
		return made.output('Generate')[0];
	};
	const downloads = () =>
		Object.entries(sandbox('imageSaas').books().requests)
			.filter(([route]) => !route.includes('/v1/'))
			.reduce((sum, [, count]) => sum + count, 0);

	it.each([1, '1'])('downloads only the image %j of the job', async (index) => {
		const made = await threeImages();
		const before = downloads();
		const [item] = (await run([{}], [fetchOne(jobOf(made).ref, index)])).output('Jobs');
		expect(Object.keys(item?.binary ?? {})).toEqual(['image_1']);
		expect((await binaryOf(item, 'image_1')).equals(await binaryOf(made, 'image_1'))).toBe(true);
		expect(imagesOf(item).map(({ index: at }) => at)).toEqual([0, 1, 2]);
		expect(item?.json['differences']).toEqual([]);
		expect(downloads() - before).toBe(1);
	});

	it('says that the job has no such image', async () => {
		const made = await threeImages();
		const [item] = (await run([{}], [fetchOne(jobOf(made).ref, 3)])).output('Jobs');
		expect(item?.binary).toBeUndefined();
		expect(jobOf(item)).toMatchObject({ error: { code: 'notFound', message: 'The job has no image 3' } });
	});

	it.each(['../0', '-1', '1.5', '', ' 1', '1e3', '99999', -1, 0.5, null, [0], { a: 0 }, true])(
		'%j is no index',
		async (index) => {
			const made = await threeImages();
			const before = downloads();
			const [item] = (await run([{}], [fetchOne(jobOf(made).ref, index)])).output('Jobs');
			expect(item?.binary).toBeUndefined();
			expect(item?.json).toMatchObject({
				error: 'Image Index is not a whole number from 0',
				details: { code: 'invalidRequest' },
			});
			expect(downloads()).toBe(before);
		},
	);
});
