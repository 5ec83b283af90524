import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { packMemory } from '../../nodes/execution/memory';
import { ended, generate, imageJobsBench, jobOf, jobs, planted, prompts, soon } from './imageJobsBench';

const { sandbox, run, many, spending, loseAnswer } = imageJobsBench();

describe('Settle', () => {
	it('a job that was not made is sent by the next retry', async () => {
		const { node, item } = await loseAnswer('reset');
		expect((await run(prompts('A fox'), [node])).error?.message).toContain('not sent again');
		expect(sandbox('jimeng').books().jobs).toHaveLength(0);

		const settled = await run([item], [jobs('settle', { outcome: 'wasNotMade' })]);
		expect(settled.output('Jobs')[0]?.json).toMatchObject({
			job: { status: 'failed', error: { message: 'Settled by hand: the job was not made' } },
			record: { state: 'refused', requests: { unknown: 0 } },
		});
		expect(await spending([])).toMatchObject([{ jobs: 0, images: 0 }]);
		expect(jobOf((await run(prompts('A fox'), [node])).output('Generate')[0]).status).toBe('succeeded');
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
	});

	it('a job that was made counts, and is not sent again', async () => {
		const { node, item } = await loseAnswer('resetAfterAccept');
		await run([item], [jobs('settle', { outcome: 'wasMade' })]);
		const retried = await run(prompts('A fox'), [node, { name: 'Poll', type: 'imagePoll' }]);
		expect(jobOf(retried.output('Generate')[0])).toMatchObject({
			status: 'succeeded',
			error: { message: expect.stringContaining('its images are not known here') },
		});
		expect(retried.output('Poll', 2)).toHaveLength(1);
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
		expect(await spending([])).toMatchObject([{ jobs: 1, images: 1, unknown: 0 }]);
		expect(await many('unknown')).toEqual([]);
		expect(await many('undelivered')).toEqual([]);
	});

	it('a retry makes a lost job again if the user chose it', async () => {
		const { node, item } = await loseAnswer('resetAfterAccept');
		await run([item], [jobs('settle', { outcome: 'wasMade', generateAgain: true })]);
		expect(jobOf((await run(prompts('A fox'), [node])).output('Generate')[0])).toMatchObject({
			status: 'succeeded',
			error: null,
		});
		expect(sandbox('jimeng').books().jobs).toHaveLength(2);
		expect(await spending([])).toMatchObject([{ jobs: 2, images: 2 }]);
	});

	it("a job that was made is given by a retry once the provider's ID of it is known", async () => {
		sandbox('imageSaas').fault({ route: 'generate', kind: 'resetAfterAccept', times: 50 });
		const node = generate({ provider: 'imageSaas', maxWait: 2, options: { idempotencyKey: randomUUID() } });
		await run(prompts('A fox'), [node]);
		const [item] = await many('unknown');
		const wrong = await run(
			[item?.json ?? {}],
			[jobs('settle', { outcome: 'wasMade', jobId: 'cm-nothing-of-the-kind' })],
		);
		expect(wrong.error).toBeDefined();
		expect(await many('unknown')).toHaveLength(1);

		const [made] = sandbox('imageSaas').books().jobs;
		const settled = await run([item?.json ?? {}], [jobs('settle', { outcome: 'wasMade', jobId: made?.id ?? '' })]);
		expect(jobOf(settled.output('Jobs')[0])).toMatchObject({ id: made?.id, ref: jobOf(item).ref });
		const fetched = await soon('its end', async () =>
			((one) => jobOf(one).status === 'succeeded' && one)(
				(await run([item?.json ?? {}], [jobs('fetchResult')])).output('Jobs')[0],
			),
		);
		expect(Object.keys(fetched.binary ?? {})).toEqual(['image_0']);
		expect(jobOf((await run(prompts('A fox'), [node])).output('Generate')[0]).id).toBe(made?.id);
		expect(sandbox('imageSaas').books().jobs).toHaveLength(1);
	}, 60_000);

	it('fails for jobs with a known outcome, busy jobs and settled jobs', async () => {
		const { journal } = await packMemory();
		await ended('over');
		await journal.begin(planted('busy'), []);
		const message = async (item: IDataObject) => (await run([item], [jobs('settle')])).error?.message;
		expect(await message({ job: { ref: 'over00000000' } })).toContain('has nothing to settle: it has ended');
		expect(await message({ job: { ref: 'busy00000000' } })).toContain(
			'An execution is working on job busy00000000',
		);
		expect(await message({ job: { ref: 'nothing00000' } })).toContain('No job "nothing00000"');
		await journal.finish(['busy00000000'], { delivered: false });
		expect(await message({ job: { ref: 'busy00000000' } })).toBeUndefined();
		expect(await message({ job: { ref: 'busy00000000' } })).toContain('it was not accepted');
	});

	it('settles nothing if one of the items cannot be settled', async () => {
		const { item } = await loseAnswer('reset');
		await ended('over');
		expect((await run([item, { job: { ref: 'over00000000' } }], [jobs('settle')])).error?.message).toContain(
			'over00000000',
		);
		expect(await many('unknown')).toHaveLength(1);
	});
});

describe('Forget', () => {
	it('removes the jobs of its items, and their results', async () => {
		const { results } = await packMemory();
		await ended('one');
		await ended('two');
		await results.put('one000000000', 0, Buffer.from('picture'));
		const items = [{ job: { ref: 'one000000000' } }, { job: { ref: 'two000000000' } }];
		const result = await run(items, [jobs('forget')]);
		expect(
			result
				.output('Jobs')
				.map(({ json, pairedItem }) => [json['deleted'], (pairedItem as { item: number }).item]),
		).toEqual([
			[true, 0],
			[true, 1],
		]);
		expect(await many('all')).toEqual([]);
		expect(await results.get('one000000000', 0)).toBeNull();
		expect((await run(items, [jobs('forget')])).error?.message).toContain('No job');
	});

	it('leaves a job alone that an execution is working on', async () => {
		await (await packMemory()).journal.begin(planted('busy'), []);
		expect((await run([{}], [jobs('forget', { ref: 'busy00000000' })])).error?.message).toContain('working on job');
		await (await packMemory()).journal.finish(['busy00000000'], { delivered: false });
	});
});
