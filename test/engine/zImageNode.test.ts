import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { sandbox, run } = backendsBench(['zImage']);

const generate = (parameters: IDataObject = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: {
		provider: 'zImage',
		prompt: '={{ $json.prompt }}',
		options: { width: 64, height: 64 },
		...parameters,
	},
});
const node = (resource: string, operation: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Node',
	type: 'zImage',
	parameters: { resource, operation, ...parameters },
	settings,
});
const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as { id: string; status: string };

async function made(count = 2): Promise<{ batchId: string; taskId: string }> {
	const result = await run([{ prompt: 'A cat' }], [generate({ count, download: false })]);
	const [batchId = '', , tasks = ''] = jobOf(result.output('Generate')[0]).id.split('~');
	return { batchId, taskId: tasks.split('.')[0] ?? '' };
}
const outputOf = async (...args: Parameters<typeof node>) => (await run([{}], [node(...args)])).output('Node');

it('one node turns a prompt into a picture of the requested size', async () => {
	const result = await run([{ prompt: 'A cat' }], [generate({ count: 2 })]);
	const [item] = result.output('Generate');
	expect(item?.json).toMatchObject({
		job: { provider: 'zImage', status: 'succeeded', completed: 2 },
		differences: [],
	});
	expect(await sharp(await binaryOf(item, 'image_1')).metadata()).toMatchObject({
		width: 64,
		height: 64,
		format: 'png',
	});
});

it('a picture of one color is a rejected prompt, not a success', async () => {
	const result = await run([{ prompt: 'A cat [blank:1]' }], [generate({ count: 2 })]);
	expect(result.output('Generate')[0]?.json).toMatchObject({
		job: {
			status: 'partial',
			completed: 1,
			error: { code: 'contentRejected', message: expect.stringContaining('is only #000000') as string },
		},
		images: [{ index: 1 }],
		differences: [{ field: 'count', expected: '2', actual: '1' }],
	});
	const all = await run([{ prompt: 'A cat [blank]' }], [generate()]);
	expect(all.error?.message).toMatch(/is only #000000/);
});

it('lists batches, gets one with its pictures, and deletes it', async () => {
	const { batchId } = await made();
	await made(1);
	expect((await outputOf('batch', 'getAll', { returnAll: true })).map(({ json }) => json['batch_size'])).toEqual([
		1, 2,
	]);
	expect(await outputOf('batch', 'getAll', { limit: 1 })).toHaveLength(1);
	const [batch] = await outputOf('batch', 'get', { batchId });
	expect(batch?.json).toMatchObject({
		batch: { task_id: batchId, success_count: 2 },
		items: [{ index: 0, image_url: expect.stringContaining(sandbox('zImage').url) as string }, { index: 1 }],
	});
	expect((await outputOf('batch', 'delete', { batchId }))[0]?.json).toMatchObject({
		task_id: batchId,
		status: 'deleted',
	});
	const gone = await run([{}], [node('batch', 'get', { batchId })]);
	expect(gone.error?.message).toMatch(/404/);
});

it('accepts a job id as a batch id, and reports what is wrong with another', async () => {
	const result = await run([{ prompt: 'A cat' }], [generate({ count: 2, download: false }), node('batch', 'get')]);
	expect(result.output('Node')[0]?.json).toMatchObject({ batch: { batch_size: 2 } });
	const wrong = await run([{}], [node('batch', 'get', { batchId: 'nonsense' })]);
	expect(wrong.error?.message).toMatch(/Batch ID is "nonsense"/);
});

it('gets a task without the key it carries, and cancels one', async () => {
	const { taskId } = await made(1);
	const [task] = await outputOf('task', 'get', { taskId });
	expect(task?.json).toMatchObject({ task_id: taskId, status: 'SUCCESS', progress: 100 });
	expect(JSON.stringify(task?.json)).not.toContain('client-key-1');
	expect((await outputOf('task', 'cancel', { taskId }))[0]?.json).toMatchObject({
		status: 'SUCCESS',
		message: expect.stringContaining('already finished') as string,
	});
});

it('downloads a picture by the path that a task names', async () => {
	const { taskId } = await made(1);
	const result = await run([{}], [node('task', 'get', { taskId }), { ...node('file', 'download'), name: 'File' }]);
	const [file] = result.output('File');
	expect(file?.json).toMatchObject({ mimeType: 'image/webp', width: 64 });
	expect((await binaryOf(file, 'data')).length).toBe(file?.json['bytes']);
});

it('reports health and status', async () => {
	expect((await outputOf('service', 'getHealth'))[0]?.json).toEqual({ status: 'ok', environment: 'dev' });
	expect((await outputOf('service', 'getStatus'))[0]?.json).toEqual({ message: 'Z-Image API is running' });
});

it('with an error output a failed item leaves with what went wrong', async () => {
	const result = await run(
		[{}],
		[node('batch', 'get', { batchId: '00000000-0000-4000-8000-000000000000' }, { onError: 'continueErrorOutput' })],
	);
	expect(result.output('Node', 1)[0]?.json).toMatchObject({
		error: expect.stringContaining('404') as string,
		details: { code: 'notFound' },
	});
});
