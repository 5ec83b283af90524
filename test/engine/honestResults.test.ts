import type { INodeExecutionData } from 'n8n-workflow';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench(['imageSaas']);

const generate = (parameters = {}, settings = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', ...parameters },
	settings,
});
const poll = { name: 'Poll', type: 'imagePoll' };
const jobOf = (item: INodeExecutionData | undefined) =>
	item?.json['job'] as {
		status: string;
		completed: number;
		total: number;
		error: { code: string; message: string; hint: string } | null;
	};

it.each([
	['is empty', 'empty-image', /empty \(0 bytes\)/],
	['is a web page', 'bad-image', /not an image/],
	['is cut off', 'truncated-image', /cut off/],
])(
	'a job whose only picture %s has failed',
	async (_what, marker, message) => {
		const result = await run([{ prompt: `A cat [${marker}]` }, { prompt: 'A dog' }], [generate(), poll]);
		const [failed] = result.output('Poll', 2);
		expect(jobOf(failed)).toMatchObject({
			status: 'failed',
			total: 1,
			completed: 0,
			error: { code: 'malformedResponse', message: expect.stringMatching(message) as string },
		});
		expect(failed?.json['images']).toEqual([]);
		expect(failed?.binary).toBeUndefined();
		expect(result.output('Poll', 0).map((item) => jobOf(item).status)).toEqual(['succeeded']);
	},
	20_000,
);

it('a node that received only invalid pictures fails with the reason', async () => {
	const result = await run([{ prompt: 'A cat [empty-image]' }], [generate()]);
	expect(result.error?.message).toMatch(/Image 0 is invalid: The image is empty/);
});

it('with one invalid picture of three the job is partial, and the others keep their index', async () => {
	const result = await run([{ prompt: 'A cat [bad-image:2]' }], [generate({ count: 3 }), poll]);
	const [item] = result.output('Poll', 0);
	expect(jobOf(item)).toMatchObject({
		status: 'partial',
		total: 3,
		completed: 2,
		error: {
			code: 'malformedResponse',
			message: expect.stringContaining('Image 1 is invalid') as string,
			hint: 'Generate the missing images again',
		},
	});
	expect((item?.json['images'] as Array<{ index: number }>).map(({ index }) => index)).toEqual([0, 2]);
	expect(Object.keys(item?.binary ?? {})).toEqual(['image_0', 'image_2']);
	expect(item?.json['differences']).toEqual([{ image: null, field: 'count', expected: '3', actual: '2' }]);
});

it('a failed download does not change the job, and Poll downloads it later', async () => {
	sandbox('imageSaas').fault({ route: 'asset', kind: '503', times: 20 });
	const before = await run([{ prompt: 'A cat' }], [generate({}, { onError: 'continueRegularOutput' })]);
	const [item] = before.output('Generate');
	expect(jobOf(item)).toMatchObject({ status: 'succeeded', error: { code: 'overloaded' } });
	sandbox('imageSaas').settings({});
	await fetch(`${sandbox('imageSaas').url}/__sandbox/faults`, { method: 'DELETE' });
	const after = await run([item?.json ?? {}], [poll]);
	expect(jobOf(after.output('Poll', 0)[0])).toMatchObject({ status: 'succeeded', error: null });
}, 30_000);

it('a picture beyond the limit the user set is no fault of the provider', async () => {
	const result = await run(
		[{ prompt: 'A cat' }],
		[generate({ options: { maxImageSize: 0.001 } }, { onError: 'continueRegularOutput' })],
	);
	expect(jobOf(result.output('Generate')[0])).toMatchObject({
		status: 'succeeded',
		error: { code: 'invalidRequest', hint: expect.stringContaining('Max Image Size') as string },
	});
});
