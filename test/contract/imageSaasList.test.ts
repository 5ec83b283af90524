import type { ImageSaasSession } from '../../providers/imageSaas/adapter';
import { dialects, type Opened, useSandbox } from '../support/imageSaasContract';

const { sandbox, calm, open } = useSandbox();

const idsOf = async (session: ImageSaasSession, query: { status?: string; pageSize?: number } = {}) => {
	const ids: Array<string | null> = [];
	for await (const { job } of session.listJobs(query, {})) ids.push(job.id);
	return ids;
};
const makeJobs = async ({ submit }: Opened, count: number, prompt = 'Waits [queue]') => {
	const made = await Promise.all(Array.from({ length: count }, () => submit({ prompt })));
	return made.map(({ job }) => job.id ?? '');
};

describe.each(dialects)('the jobs of Image SaaS in dialect %s', (dialect) => {
	beforeEach(() => calm(dialect));
	const inDialect = <T>(document: T, real: T) => (dialect === 'document' ? document : real);

	it('are listed once each, newest first, with any page size', async () => {
		const opened = open();
		for (let n = 0; n < 12; n++) await opened.submit();
		const newestFirst = sandbox()
			.books()
			.jobs.map(({ id }) => id)
			.reverse();
		for (const pageSize of [2, 3, 5, 11, 12, 13, 100]) {
			const ids = await idsOf(opened.session, { pageSize });
			expect(new Set(ids).size).toBe(12);
			expect(ids).toHaveLength(12);
			// Jobs of the same millisecond can be in any order.
			expect(ids[0]).toBe(newestFirst[0]);
		}
	});

	it('are listed to the last where they fill several of the largest pages', async () => {
		const opened = open();
		const made = await makeJobs(opened, 230);
		const ids = await idsOf(opened.session);
		expect(ids).toHaveLength(230);
		expect(new Set(ids)).toEqual(new Set(made));
		expect(sandbox().books().requests['GET /v1/jobs']).toBe(3);
	});

	it('are polled page by page, for any number of waiting jobs', async () => {
		const opened = open();
		const made = await makeJobs(opened, 720);
		const found = (await opened.session.poll?.(made, {})) ?? new Map();
		expect(found.size).toBe(720);
		const { requests } = sandbox().books();
		// Nine, because on the real server each page begins with a row of the page before.
		expect(requests['GET /v1/jobs']).toBeLessThanOrEqual(9);
		expect(requests['GET /v1/jobs/:jobId']).toBeUndefined();
	});

	it('end, in pages of one row too, where the server never gets on', async () => {
		const opened = open();
		await makeJobs(opened, 3);
		const ids = await idsOf(opened.session, { pageSize: 1 });
		expect(ids).toHaveLength(inDialect(3, 1));
		expect(new Set(ids).size).toBe(ids.length);
		expect(sandbox().books().requests['GET /v1/jobs']).toBeLessThanOrEqual(3);
	});

	it('are none if none were made', async () => {
		expect(await idsOf(open().session)).toEqual([]);
		expect(sandbox().books().requests['GET /v1/jobs']).toBe(1);
	});

	it('can be narrowed to a status', async () => {
		const opened = open();
		const bad = await opened.submit({ prompt: 'Bad [fail:PROVIDER_ERROR]' });
		const [waiting] = await makeJobs(opened, 1);
		const good = await opened.submit();
		await opened.until(bad);
		await opened.until(good);
		expect(await idsOf(opened.session, { status: 'FAILED' })).toEqual([bad.job.id]);
		expect(await idsOf(opened.session, { status: 'QUEUED' })).toEqual([waiting]);
		expect(await idsOf(opened.session, { status: 'SUCCEEDED' })).toEqual([good.job.id]);
		expect(await idsOf(opened.session, { status: 'RETRYING' })).toEqual([]);
	});

	it.each([{ status: 'NOBODY' }, { limit: 0 }, { limit: 101 }, { cursor: 'nonsense' }])(
		'requested with %j are rejected or returned, without endless requests',
		async (query) => {
			const answer = open().session.client.list(query, {});
			if (dialect === 'document')
				await expect(answer).rejects.toMatchObject({ code: 'invalidRequest', retryable: false });
			else
				await answer.catch((error: unknown) =>
					expect(error).toMatchObject({ code: 'upstream', httpStatus: 500 }),
				);
		},
	);

	it('say in the list what they say for themselves', async () => {
		const { submit, until, session, look } = open();
		const good = await submit({ prompt: 'Good', count: 2 });
		const bad = await submit({ prompt: 'Bad [fail:SERVICE_OVERLOAD]' });
		const stuck = await submit({ prompt: 'Waits [queue]' });
		await until(good);
		await until(bad);
		for await (const listed of session.listJobs({}, {})) {
			const own = await look(listed.job.id ?? '');
			expect(own).toMatchObject({ ok: true, snapshot: { job: listed.job, images: listed.images } });
		}
		expect(await look(stuck.job.id ?? '')).toMatchObject({ snapshot: { job: { status: 'queued' } } });
	});

	it('are polled together: forty jobs cost one request per poll', async () => {
		const opened = open();
		const ids = await makeJobs(opened, 40);
		const observations = await opened.endpoint.pollOnce(ids);
		expect([...observations.keys()].sort()).toEqual([...ids].sort());
		expect(sandbox().books().requests['GET /v1/jobs']).toBe(1);
		expect(sandbox().books().requests['GET /v1/jobs/:jobId']).toBeUndefined();
	});

	it('are waited for together: fifty that end together cost a few requests and connections', async () => {
		const { generate, wait } = open();
		const made = await Promise.all(Array.from({ length: 50 }, () => generate()));
		const ended = await Promise.all(made.map(wait));
		expect(ended.every(({ job, images }) => job.status === 'succeeded' && images.length === 1)).toBe(true);
		const { requests, connections, generationsBilled } = sandbox().books();
		expect(generationsBilled).toBe(50);
		expect((requests['GET /v1/jobs'] ?? 0) + (requests['GET /v1/jobs/:jobId'] ?? 0)).toBeLessThanOrEqual(25);
		expect(connections).toBeLessThanOrEqual(16);
	});

	it('that are unknown are distinguished from existing ones', async () => {
		const opened = open();
		const [id = ''] = await makeJobs(opened, 1);
		const observations = await opened.endpoint.pollOnce([id, 'cm00000000000000000000000']);
		expect(observations.get(id)).toMatchObject({ ok: true, snapshot: { job: { status: 'queued' } } });
		expect(observations.get('cm00000000000000000000000')).toMatchObject({ ok: false, error: { code: 'notFound' } });
	});
});
