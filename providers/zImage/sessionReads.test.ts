import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { lookUpCall } from '../../test/support/providerCalls';
import { zImageAdapter } from './adapter';
import { batchIdOf, writeJobId } from './jobId';

const config = zImageAdapter.endpoint({ baseUrl: 'https://z.example', authKey: 'key' });

function session(reply: (path: string) => Reply) {
	const server = jsonServer(({ path }) => reply(path));
	return { ...server, ...zImageAdapter.connect(config, server.transport) };
}

it('looks a batch up by the key of the request, whatever the request is', async () => {
	const batchId = batchIdOf('key-1');
	const items = [{ index: 0, task_id: 't0', status: 'success' }];
	const { lookUp, looksUpByKey, paths } = session(() => ({ body: { batch: { task_id: batchId }, items } }));
	expect(await lookUp?.({ prompt: 'Changed', count: 1 }, lookUpCall())).toEqual({
		found: new Map([[0, 't0']]),
		conclusive: true,
	});
	expect([looksUpByKey, paths()]).toEqual([true, [`GET /v1/history/${batchId}`]]);
});

it.each([
	['a batch and a task without a batch', (id: string) => [id, 'pasted'], false],
	['two jobs of one batch', (id: string) => [id, id.replace('t0', 't1')], false],
	['two batches', (id: string) => [id, id.replaceAll('1', '2')], true],
])('the list is read only where it can save a request: %s', async (_what, idsOf, isRead) => {
	const batchId = '00000000-0000-4000-8000-000000000001';
	const { poll, paths } = session((path) =>
		path === '/v1/history'
			? { body: [] }
			: path.startsWith('/v1/history/')
				? { status: 404, body: { detail: 'no' } }
				: { body: { task_id: 't0', status: 'PENDING' } },
	);
	const ids = idsOf(writeJobId({ batchId, count: 1, taskIds: ['t0'], preview: false }));
	const observations = await poll?.(ids, {});
	expect([...(observations?.keys() ?? [])]).toEqual(ids);
	expect(paths().includes('GET /v1/history')).toBe(isRead);
});
