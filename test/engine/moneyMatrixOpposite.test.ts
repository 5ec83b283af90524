import { randomUUID } from 'node:crypto';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeExecutionData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { packMemory } from '../../nodes/execution/memory';
import { type AnySandbox, backends } from '../../sandbox/backends';
import { waitUntil } from '../../scripts/lib/deadline';
import { type Row, rows } from '../support/matrixRows';
import { binaryOf, type RunOptions, type RunResult, runChain, startEngine, stopEngine } from './harness';

/** One row per operation. The money matrix tests that a part of an operation fails. */
const operations = rows.filter(({ skip }) => skip === undefined);
const verbs = operations.filter(({ isJob }) => isJob);
const named = (of: readonly Row[]) => of.map((row): [string, Row] => [row.title, row]);

const running: AnySandbox[] = [];
beforeAll(startEngine);
afterEach(async () => {
	await Promise.all(running.splice(0).map(async (sandbox) => await sandbox.close()));
});
afterAll(stopEngine);

const otherId = 'another credential';

interface Ask extends Pick<RunOptions, 'onStart'> {
	/** With another credential of the same account. */
	isOther?: boolean;
	/** n8n keeps this value when it repeats an execution. */
	token?: string;
	mode?: WorkflowExecuteMode;
	options?: IDataObject;
	parameters?: IDataObject;
	/** Equal items in one run of the node. */
	items?: number;
	/** Runs of the node in one execution. */
	rounds?: number;
}

/** One node in one workflow with one request, on its own server. */
async function bench(row: Row, prompt = `A fox ${randomUUID()}`) {
	const backend = backends.find(({ id }) => id === row.backend);
	if (!backend) throw new Error(`There is no stand-in of ${row.backend}`);
	const sandbox = await backend.start({ settings: row.settings });
	running.push(sandbox);
	const { type: credentialType } = backend.credential;
	// The pack recognizes a user's own key in all nodes with the same credential.
	const credentialId = randomUUID();
	const credentials = {
		[credentialType]: {
			...backend.credential.fields(sandbox.url),
			requestsPerMinute: 60_000,
			jobsInFlight: 0,
			...row.credential,
		} as ICredentialDataDecryptedObject,
	};
	const workflowId = randomUUID();
	const settled = async () => {
		const { journal } = await packMemory();
		await waitUntil({ for: 'what was begun', withinMs: 20_000, everyMs: 20 }, async () =>
			(await journal.list({ credentialIds: [credentialId, otherId], workflowId, limit: 100 })).every(
				({ held }) => held === 'free',
			)
				? true
				: undefined,
		);
	};
	const ask = async ({
		token = randomUUID(),
		mode = 'trigger',
		options = {},
		parameters = {},
		items = 1,
		rounds,
		isOther = false,
		onStart,
	}: Ask = {}): Promise<RunResult> => {
		const { type, parameters: own } = row.node(prompt);
		const result = await runChain({
			...(onStart ? { onStart } : {}),
			credentialIds: { [credentialType]: isOther ? otherId : credentialId },
			mode,
			workflowId,
			resumeToken: token,
			credentials,
			nodes: [
				{ name: 'In', type: 'items', parameters: { items: Array.from({ length: items }, () => ({})) } },
				...(rounds === undefined ? [] : [{ name: 'Loop', type: 'loop', parameters: { times: rounds } }]),
				{
					name: 'Node',
					type,
					parameters: {
						...own,
						...parameters,
						...(row.isJob ? { options: { ...(own['options'] as IDataObject), ...options } } : {}),
					},
				},
			],
		});
		await settled();
		return result;
	};
	return { sandbox, ask };
}

const jobsOf = (sandbox: AnySandbox) => sandbox.books().jobs.filter(({ status }) => !/cancel|revoked/i.test(status));
const submitsOf = (sandbox: AnySandbox) =>
	Object.entries(sandbox.books().requests).reduce(
		(sum, [route, count]) => sum + (route.startsWith('POST ') ? count : 0),
		0,
	);
const refOf = ({ json }: INodeExecutionData) => (json['job'] as { ref?: string } | undefined)?.ref;
const errorOf = ({ json }: INodeExecutionData | { json: IDataObject }) =>
	(json['job'] as { error: { code: string; message: string } | null } | undefined)?.error ?? null;

/** Every item has its results, and no two have the same job. */
function expectOwn(row: Row, items: readonly INodeExecutionData[], count: number): void {
	expect(items.map((item) => row.resultsOf(item))).toEqual(Array.from({ length: count }, () => row.results));
	expect(new Set(items.map(refOf)).size).toBe(count);
	const urls = items.flatMap(({ json }) =>
		Array.isArray(json['images'])
			? (json['images'] as Array<{ url: string | null }>).flatMap(({ url }) => url ?? [])
			: [],
	);
	expect(new Set(urls).size).toBe(urls.length);
}

describe.each(named(operations))('%s', (_title, row) => {
	it('two customers with equal requests at once have a job each', async () => {
		const { sandbox, ask } = await bench(row);
		const both = await Promise.all([ask(), ask()]);
		expect(jobsOf(sandbox)).toHaveLength(2 * row.jobs);
		expectOwn(
			row,
			both.flatMap((run) => run.output('Node')),
			2,
		);
	});

	it('each scheduled run has its own job, once the previous one was delivered', async () => {
		const { sandbox, ask } = await bench(row);
		const items = [await ask(), await ask(), await ask()].flatMap((run) => run.output('Node'));
		expect(jobsOf(sandbox)).toHaveLength(3 * row.jobs);
		expectOwn(row, items, 3);
	});

	it('Execute step pressed twice makes two', async () => {
		const { sandbox, ask } = await bench(row);
		const items = [await ask({ mode: 'manual' }), await ask({ mode: 'manual' })].flatMap((run) =>
			run.output('Node'),
		);
		expect(jobsOf(sandbox)).toHaveLength(2 * row.jobs);
		expectOwn(row, items, 2);
	});

	it('equal items of one run and rounds of a loop have their own jobs; a Retry of all pays nothing', async () => {
		const { sandbox, ask } = await bench(row);
		const token = randomUUID();
		const items = await ask({ token, items: 3 });
		expect(jobsOf(sandbox)).toHaveLength(3 * row.jobs);
		expectOwn(row, items.output('Node'), 3);
		const loopToken = randomUUID();
		const loop = await ask({ token: loopToken, rounds: 3 });
		expect(jobsOf(sandbox)).toHaveLength(6 * row.jobs);
		expectOwn(row, [...items.outputs('Node'), ...loop.outputs('Node')], 6);

		const before = submitsOf(sandbox);
		const again = [await ask({ token, items: 3 }), await ask({ token: loopToken, rounds: 3 })].flatMap((run) =>
			run.outputs('Node'),
		);
		expect(submitsOf(sandbox)).toBe(before);
		expect(new Set(again.map(refOf))).toEqual(
			new Set([...items.outputs('Node'), ...loop.outputs('Node')].map(refOf)),
		);
		expectOwn(row, again, 6);
	});

	it('Retry after a delivered success gives the same job and pays nothing', async () => {
		const { sandbox, ask } = await bench(row);
		const token = randomUUID();
		const first = (await ask({ token })).output('Node');
		const before = submitsOf(sandbox);
		const again = (await ask({ token })).output('Node');
		expect(submitsOf(sandbox)).toBe(before);
		expect(again.map(refOf)).toEqual(first.map(refOf));
		expect(again.map((item) => row.resultsOf(item))).toEqual([row.results]);
	});

	it('another credential never gets the job, not by Retry, and not of a run that was stopped', async () => {
		const { sandbox, ask } = await bench(row);
		const token = randomUUID();
		await ask({ token });
		await ask({ token, isOther: true });
		expect(jobsOf(sandbox)).toHaveLength(2 * row.jobs);
		sandbox.reset();
		sandbox.settings(row.settings);
		// The slow run is stopped as soon as its job exists, so that no execution owns the job.
		sandbox.fault({ route: row.route, kind: 'slow', delayMs: 300 });
		await ask({
			onStart: (stop) =>
				void waitUntil({ for: 'the request', withinMs: 10_000, everyMs: 10 }, () =>
					submitsOf(sandbox) > 0 ? true : undefined,
				).then(stop, stop),
		});
		const made = jobsOf(sandbox).length;
		const other = await ask({ isOther: true });
		expect(jobsOf(sandbox).length - made).toBe(row.jobs);
		expectOwn(row, other.output('Node'), 1);
	});
});

describe.each(named(verbs))('%s, Reuse Within (Days)', (_title, row) => {
	it('gives the same pictures to another execution and to another node, and pays nothing', async () => {
		const { sandbox, ask } = await bench(row);
		const parameters = { download: true };
		const first = (await ask({ parameters, options: { reuseDays: 1 } })).output('Node');
		const before = submitsOf(sandbox);
		const [again, parallel] = await Promise.all([
			ask({ parameters, options: { reuseDays: 1 } }),
			ask({ parameters, options: { reuseDays: 1 } }),
		]);
		for (const run of [again, parallel]) {
			const items = run.output('Node');
			expect(items.map((item) => row.resultsOf(item))).toEqual([row.results]);
			expect(items.map(refOf)).toEqual(first.map(refOf));
			expect((await binaryOf(items[0], 'image_0')).equals(await binaryOf(first[0], 'image_0'))).toBe(true);
		}
		expect(submitsOf(sandbox)).toBe(before);
		// Without the option, the node makes another picture.
		await ask({ parameters });
		expect(jobsOf(sandbox)).toHaveLength(2 * row.jobs);
	}, 20_000);

	it('never gives the pictures of another credential', async () => {
		const { sandbox, ask } = await bench(row);
		await ask({ options: { reuseDays: 1 } });
		await ask({ options: { reuseDays: 1 }, isOther: true });
		expect(jobsOf(sandbox)).toHaveLength(2 * row.jobs);
	});
});

describe.each(named(verbs))("%s, the user's own key", (_title, row) => {
	const keys = [
		'客户-1',
		'订单-1',
		'猫',
		'1',
		'-1',
		'a\nb',
		'a\r\nb',
		'ab',
		'a b',
		'\ud800',
		'\ud801',
		'\udc00',
		'é',
		'e\u0301',
		'k'.repeat(500),
		'k'.repeat(501),
	];

	it('is another job for each other key, and the same for the same, in any execution', async () => {
		const { sandbox, ask } = await bench(row);
		const items = (
			await Promise.all(keys.map(async (idempotencyKey) => await ask({ options: { idempotencyKey } })))
		).flatMap((run) => run.output('Node'));
		expect(jobsOf(sandbox)).toHaveLength(keys.length * row.jobs);
		expectOwn(row, items, keys.length);
		const before = submitsOf(sandbox);
		const again = await Promise.all(
			keys.map(async (idempotencyKey) => (await ask({ options: { idempotencyKey } })).output('Node').map(refOf)),
		);
		expect(again.flat()).toEqual(items.map(refOf));
		expect(submitsOf(sandbox)).toBe(before);
	}, 20_000);

	it('with another request in another execution is a conflict before any request', async () => {
		const { sandbox, ask } = await bench(row);
		await ask({ options: { idempotencyKey: '订单-7' } });
		const before = submitsOf(sandbox);
		const other = await ask({ parameters: { prompt: 'Another animal' }, options: { idempotencyKey: '订单-7' } });
		expect(other.error?.message).toMatch(/The idempotency key belongs to another request/);
		expect(submitsOf(sandbox)).toBe(before);
	});
});

const row = (title: RegExp): Row => {
	const found = rows.find((one) => title.test(one.title));
	if (!found) throw new Error(`There is no row ${title}`);
	return found;
};

it('what arrives in the header of a key is plain ASCII, and as different as the keys', async () => {
	const { sandbox, ask } = await bench(row(/^Image SaaS/));
	await Promise.all(
		['客户-1', '订单-1', '猫', 'order-77', 'a\r\nb', '\ud800'].map(
			async (idempotencyKey) => await ask({ options: { idempotencyKey } }),
		),
	);
	const arrived = sandbox.books().jobs.map(({ idempotencyKey }) => idempotencyKey ?? '');
	expect(arrived).toContain('order-77');
	for (const key of arrived) expect(key).toMatch(/^[\x21-\x7e]+$/);
	expect(new Set(arrived).size).toBe(6);
});

it('Take Over Within (Hours) 0 makes a new one, also where a stopped run has paid for it', async () => {
	const { sandbox, ask } = await bench(row(/^Image SaaS/), `A fox ${randomUUID()} [slow:400]`);
	const whenMade = (stop: () => void) =>
		void waitUntil({ for: 'the job', withinMs: 10_000, everyMs: 10 }, () =>
			sandbox.books().jobs.some(({ status }) => status === 'RUNNING') ? true : undefined,
		).then(stop, stop);
	await ask({ onStart: whenMade });
	expect(jobsOf(sandbox)).toHaveLength(1);
	const taken = await ask();
	expect(jobsOf(sandbox)).toHaveLength(1);
	expect(taken.output('Node')[0]?.json['job']).toMatchObject({
		status: 'succeeded',
		adoptedFrom: expect.any(String) as string,
	});
	await ask({ onStart: whenMade, options: { adoptHours: 0 } });
	await ask({ options: { adoptHours: 0 } });
	expect(jobsOf(sandbox)).toHaveLength(3);
});

it('an unknown outcome that one run has reported does not block the next run', async () => {
	const { sandbox, ask } = await bench(row(/^Jimeng: /));
	sandbox.fault({ route: 'generate', kind: 'resetAfterAccept' });
	expect((await ask()).error?.message).toMatch(/may have made the job anyway/);
	expect((await ask()).error?.message).toMatch(/not sent again/);
	expect(submitsOf(sandbox)).toBe(1);
	const third = await ask();
	expect(third.error).toBeUndefined();
	expect(third.output('Node').map(errorOf)).toEqual([null]);
	expect(jobsOf(sandbox)).toHaveLength(2);
});
