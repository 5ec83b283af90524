import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench();

const everyone = providers.map(({ id }) => id);
const jobOf = (item: INodeExecutionData | undefined) =>
	item?.json['job'] as {
		provider: string;
		status: string;
		id: string | null;
		error: { code: string; message: string; hint: string | null } | null;
	};
/** One node for all items: each item names its provider. */
const generate = (parameters: IDataObject = {}, settings = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: '={{ $json.provider }}', prompt: '={{ $json.prompt }}', ...parameters },
	settings,
});
const items = (of: readonly string[] = everyone, prompt = 'A cat') => of.map((provider) => ({ provider, prompt }));
const providersOf = (list: INodeExecutionData[]) => list.map((item) => jobOf(item).provider);

it('one Generate makes the jobs of all providers, one Poll finishes them', async () => {
	const result = await run(items(), [generate({ wait: false }), { name: 'Poll', type: 'imagePoll' }]);
	expect(result.error).toBeUndefined();
	const finished = result.output('Poll', 0);
	expect(providersOf(finished)).toEqual(everyone);
	for (const item of finished) expect(Object.keys(item.binary ?? {})).toContain('image_0');
	expect(finished.map(({ pairedItem }) => pairedItem)).toEqual(everyone.map((_, item) => ({ item })));
}, 60_000);

it('a new poll finds every job again, except results that were inside an answer', async () => {
	const before = await run(items(), [generate({ wait: false })]);
	const carried = before.output('Generate').map(({ json }) => json);
	const after = await run(carried, [{ name: 'Poll', type: 'imagePoll', parameters: { mode: 'wait' } }]);
	expect(providersOf(after.output('Poll', 0))).toEqual(everyone.filter((id) => id !== 'gemini'));
	expect(after.output('Poll', 2).map(jobOf)).toMatchObject([
		{
			provider: 'gemini',
			status: 'succeeded',
			error: {
				code: 'notFound',
				message: expect.stringMatching(
					/Image 0 could not be downloaded: it came inside Google Gemini's answer/,
				) as string,
			},
		},
	]);
}, 60_000);

it('a failure of one provider does not affect the others', async () => {
	sandbox('zImage').fault({ route: 'generate', kind: '500', times: 20 });
	const result = await run(items(), [generate({ wait: false, maxWait: 6 }), { name: 'Poll', type: 'imagePoll' }]);
	expect(providersOf(result.output('Poll', 0))).toEqual(everyone.filter((id) => id !== 'zImage'));
	// A 500 may follow after the server has made a task. Z-Image lists a task only after a worker begins it.
	expect(result.output('Poll', 2).map(jobOf)).toMatchObject([
		{ provider: 'zImage', error: { outcome: 'unknown', retryable: false } },
	]);
}, 60_000);

it('Cancel cancels what it can and reports why not for the rest', async () => {
	const submitted = await run(
		[...items(['imageSaas', 'zImage', 'nanoBananaPro'], 'A cat [queue]'), ...items(['jimeng'])],
		[generate({ wait: false })],
	);
	const result = await run(
		submitted.output('Generate').map(({ json }) => json),
		[{ name: 'Cancel', type: 'imageCancel', settings: { onError: 'continueRegularOutput' } }],
	);
	const [saas, zImage, nano, jimeng] = result.output('Cancel').map(jobOf);
	expect([saas?.status, zImage?.status]).toEqual(['canceled', 'canceled']);
	expect(nano).toMatchObject({
		status: 'running',
		error: {
			code: 'invalidRequest',
			message: 'NanoBananaPro cannot cancel a job',
			hint: expect.stringMatching(/Image SaaS.*Z-Image.*Google Gemini/) as string,
		},
	});
	expect(jimeng).toMatchObject({ status: 'succeeded', error: { code: 'conflict' } });
}, 30_000);

it('what a provider does not support fails before any request, naming those that do; the rest continues', async () => {
	const result = await run(items(['zImage', 'jimeng', 'nanoBananaPro']), [
		generate({ wait: false, count: 30 }, { onError: 'continueRegularOutput' }),
	]);
	expect(result.output('Generate').map(jobOf)).toMatchObject([
		{ status: 'queued' },
		{
			status: 'failed',
			error: {
				code: 'invalidRequest',
				message: 'Jimeng / Dreamina: Count is 30; a whole number from 1 to 4 is allowed',
				hint: expect.stringContaining('NanoBananaPro') as string,
			},
		},
		{ status: 'running' },
	]);
	expect(sandbox('jimeng').books().jobs).toEqual([]);
});
