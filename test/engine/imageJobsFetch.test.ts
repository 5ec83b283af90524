import { randomUUID } from 'node:crypto';
import { snapshot } from '../../memory/testing/samples';
import { binaryOf } from './harness';
import { ended, generate, imageJobsBench, jobOf, jobs, prompts, recordOf, soon } from './imageJobsBench';

const { sandbox, run, many, loseAnswer } = imageJobsBench();

describe('Fetch Result', () => {
	it('delivers the images of an execution that was stopped, once', async () => {
		sandbox('jimeng').settings({ jobDurationMs: 800 });
		const node = generate({ provider: 'jimeng' });
		await run(prompts('A fox'), [node], { onStart: (stop) => setTimeout(stop, 400) });
		const undelivered = await soon('the paid job', async () =>
			((list) => list.length > 0 && list)(await many('undelivered')),
		);
		expect(undelivered.map((item) => [jobOf(item).status, recordOf(item).state])).toEqual([['succeeded', 'ended']]);

		const result = await run(
			undelivered.map(({ json }) => json),
			[jobs('fetchResult')],
		);
		const [item] = result.output('Jobs');
		expect(item?.json).toMatchObject({
			job: { status: 'succeeded', ref: jobOf(undelivered[0]).ref },
			record: { state: 'ended' },
		});
		expect(Object.keys(item?.binary ?? {})[0]).toBe('image_0');
		expect((await binaryOf(item, 'image_0')).length).toBeGreaterThan(100);
		await soon('the delivery', async () => (await many('undelivered')).length === 0);
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
		// A new run asks for a new picture.
		await run(prompts('A fox'), [node]);
		expect(sandbox('jimeng').books().jobs).toHaveLength(2);
	}, 30_000);

	it('restores images of the answer itself', async () => {
		sandbox('gemini').settings({ jobDurationMs: 800 });
		await run(prompts('A fox'), [generate({ provider: 'gemini' })], { onStart: (stop) => setTimeout(stop, 400) });
		const undelivered = await soon('the paid job', async () =>
			((list) => list.length > 0 && list)(await many('undelivered')),
		);
		const result = await run(
			undelivered.map(({ json }) => json),
			[jobs('fetchResult', { download: false })],
		);
		const [item] = result.output('Jobs');
		expect(item?.json).toMatchObject({
			images: [{ url: null, mimeType: 'image/png' }],
			usage: { estimatedUsd: expect.any(Number) },
		});
		expect((await binaryOf(item, 'image_0')).length).toBeGreaterThan(100);
		expect(sandbox('gemini').books().jobs).toHaveLength(1);
	}, 30_000);

	it('reports images of the answer that are no longer kept', async () => {
		await ended(
			'old',
			{},
			{
				...snapshot(),
				images: [
					{
						index: 0,
						url: null,
						fileName: 'fox.png',
						mimeType: 'image/png',
						width: null,
						height: null,
						bytes: null,
						seed: null,
						stored: true,
					},
				],
			},
		);
		const result = await run([{}], [jobs('fetchResult', { ref: 'old000000000' })]);
		expect(jobOf(result.output('Jobs')[0])).toMatchObject({
			status: 'succeeded',
			error: { code: 'notFound', message: 'Image 0 is no longer kept' },
		});
		expect(await many('undelivered')).toHaveLength(1);
	});

	it("gives the result of a provider node's operation", async () => {
		await run(
			[{}],
			[
				{
					name: 'Chat',
					type: 'jimeng',
					parameters: { resource: 'chat', operation: 'complete', prompt: 'A fox', download: false },
					settings: { id: randomUUID() },
				},
			],
		);
		const [item] = await many('all');
		const result = await run([item?.json ?? {}], [jobs('fetchResult')]);
		expect(result.output('Jobs')[0]?.json).toMatchObject({
			job: { status: 'succeeded' },
			output: { text: expect.any(String), urls: expect.any(Array) },
		});
	});

	it('polls a job that had not ended, and leaves it undelivered until it has', async () => {
		sandbox('imageSaas').settings({ jobDurationMs: 1_500 });
		await run(prompts('A fox'), [generate({ provider: 'imageSaas', options: { cancelOnStop: false } })], {
			onStart: (stop) => setTimeout(stop, 700),
		});
		const [item] = await soon('the paid job', async () =>
			((list) => list.length > 0 && list)(await many('undelivered')),
		);
		const fetch = async () => (await run([item?.json ?? {}], [jobs('fetchResult')])).output('Jobs')[0];
		const before = await fetch();
		expect(['queued', 'running']).toContain(jobOf(before).status);
		expect(await many('undelivered')).toHaveLength(1);
		const after = await soon('its end', async () =>
			((one) => jobOf(one).status === 'succeeded' && one)(await fetch()),
		);
		expect(Object.keys(after.binary ?? {})).toEqual(['image_0']);
		expect(recordOf(after).state).toBe('ended');
		await soon('the delivery', async () => (await many('undelivered')).length === 0);
		expect(recordOf((await many('all'))[0])).toMatchObject({ state: 'ended', delivered: true });
		expect(sandbox('imageSaas').books().jobs).toHaveLength(1);
	}, 30_000);

	it('gives each image an item where that is wanted', async () => {
		const made = await run(prompts('A fox'), [generate({ provider: 'imageSaas', count: 3, download: false })]);
		const result = await run(
			made.output('Generate').map(({ json }) => json),
			[jobs('fetchResult', { options: { splitImages: true } })],
		);
		expect(
			result
				.output('Jobs')
				.map(({ json, binary }) => [
					(json['images'] as unknown[]).length,
					Object.keys(binary ?? {}),
					(json['request'] as { prompt: string }).prompt,
				]),
		).toEqual([1, 2, 3].map(() => [1, ['image_0'], 'A fox']));
	});

	it('fails for a job without a result before any other is fetched', async () => {
		const { item } = await loseAnswer('resetAfterAccept');
		await ended('fine');
		const result = await run([{ job: { ref: 'fine00000000' } }, item], [jobs('fetchResult')]);
		expect(result.error?.message).toContain('unknown, so there is no result');
		expect(result.error).toMatchObject({ context: { itemIndex: 1 } });
		expect(recordOf((await many('undelivered'))[0])).toMatchObject({ delivered: false });
	});

	it('with "continue" on error gives the others, each in its place', async () => {
		const made = await run(prompts('A fox'), [generate({ provider: 'imageSaas', download: false })]);
		const result = await run(
			[{ job: { ref: 'nothing00000' } }, ...made.output('Generate').map(({ json }) => json), {}],
			[jobs('fetchResult', {}, { onError: 'continueRegularOutput' })],
		);
		expect(result.error).toBeUndefined();
		expect(
			result
				.output('Jobs')
				.map(({ json, pairedItem }) => [
					json['error'] ?? jobOf({ json }).status,
					(pairedItem as { item: number }).item,
				]),
		).toEqual([
			['No job "nothing00000" was made with the credentials of this node', 0],
			['succeeded', 1],
			['Job Ref is empty', 2],
		]);
	});

	it('asks no other account for a job whose endpoint the credential no longer has', async () => {
		sandbox('imageSaas').settings({ jobDurationMs: 60_000 });
		const made = await run(prompts('A fox'), [generate({ provider: 'imageSaas', wait: false })]);
		const elsewhere = {
			imageSaasApi: {
				baseUrl: sandbox('imageSaas').url,
				apiKey: 'another-key',
				requestsPerMinute: 0,
				jobsInFlight: 0,
			},
		};
		const result = await run(
			made.output('Generate').map(({ json }) => json),
			[jobs('fetchResult')],
			{ credentials: elsewhere },
		);
		expect(result.error?.message).toMatch(/endpoint "main" of Image SaaS, and the credential no longer has/);
	});
});
