import { inspectHead } from '../../images/inspect';
import { toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { providerById } from '../../providers/registry';
import type { AnySandbox } from '../../sandbox/backends';
import { bytesOf, type Opened, openKit, spoken } from '../support/conformance';
import { allKits, type Kit, nameOf, startKit } from '../support/conformanceKits';

/** The result of a scenario for a provider: done, or why it does not apply. */
type Verdict = string;
const done = '✓';

interface Stage {
	kit: Kit;
	dialect: string;
	sandbox: AnySandbox;
	open: (options?: Parameters<typeof openKit>[2]) => Promise<Opened>;
}

const failureOf = async (work: Promise<JobSnapshot>) => {
	try {
		const { job } = await work;
		return job.error;
	} catch (thrown) {
		return toImageError(thrown);
	}
};
const many = (length: number, each: (place: number) => Promise<JobSnapshot>) =>
	Promise.all(Array.from({ length }, (_, place) => each(place)));

/**
 * The scenario table. A scenario that does not apply returns the reason. The provider's capabilities decide, not the
 * test.
 */
const scenarios: Record<string, (stage: Stage) => Promise<Verdict>> = {
	'a prompt becomes a picture': async ({ open }) => {
		const { run } = await open();
		const { job, images } = await run();
		expect(job).toMatchObject({ status: 'succeeded', total: 1, completed: 1, error: null });
		expect(images).toHaveLength(1);
		for (const image of images)
			expect(await inspectHead(await bytesOf(image), 1e9)).toMatchObject({ width: expect.any(Number) as number });
		return done;
	},
	'several pictures in one job': async ({ open }) => {
		const { provider, run } = await open();
		const count = Math.min(3, provider.capabilities.maxCount);
		if (count === 1) return 'one picture a job';
		const { job, images } = await run({ count });
		expect(job).toMatchObject({ status: 'succeeded', total: count, completed: count });
		expect(images.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index));
		return done;
	},
	'many jobs polled together': async ({ kit, open, sandbox }) => {
		const { provider, endpoint, submit, wait } = await open();
		if (kit.answersAtOnce || provider.capabilities.poll === 'none') return 'answers when it is done';
		const snapshots = await many(8, () => submit());
		const ended = await Promise.all(snapshots.map((snapshot) => wait(snapshot)));
		expect(ended.map(({ job }) => job.status)).toEqual(snapshots.map(() => 'succeeded'));
		const ids = snapshots.flatMap(({ job }) => (job.id === null ? [] : [job.id]));
		const requests = total(sandbox);
		expect((await endpoint.pollOnce(ids)).size).toBe(8);
		if (provider.capabilities.poll === 'bulk') expect(total(sandbox) - requests).toBeLessThan(8);
		return done;
	},
	'a failed job': async ({ kit, open }) => {
		const { run } = await open();
		expect(await failureOf(run({ prompt: kit.prompts.fails }))).toMatchObject({
			code: expect.stringMatching(
				/^(upstream|overloaded|invalidRequest|contentRejected|timeout|quotaExceeded)$/,
			) as string,
		});
		return done;
	},
	'a refusal by the model': async ({ kit, open }) => {
		if (kit.prompts.refused === null) return 'not distinguished from other failures';
		const { run } = await open();
		expect(await failureOf(run({ prompt: kit.prompts.refused }))).toMatchObject({
			code: 'contentRejected',
			retryable: false,
		});
		return done;
	},
	'fewer pictures than asked': async ({ kit, open }) => {
		if (kit.prompts.partial === null) return 'all or nothing';
		const { run } = await open();
		const { job, images } = await run({ prompt: kit.prompts.partial, count: 3 });
		expect(job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: images.length,
			error: { message: expect.any(String) as string },
		});
		expect(images.length).toBeGreaterThan(0);
		return done;
	},
	'a canceled job': async ({ kit, open }) => {
		const { provider, endpoint, submit, wait } = await open();
		if (provider.capabilities.cancelable.length === 0) {
			await expect(endpoint.cancel('any')).rejects.toMatchObject({ code: 'invalidRequest' });
			return 'cannot be canceled';
		}
		if (kit.answersAtOnce) return 'answers when it is done';
		const snapshot = await submit({ prompt: kit.prompts.waits ?? 'A cat' });
		const canceled = await endpoint.cancel(snapshot.job.id ?? '');
		expect((isTerminal(canceled.job.status) ? canceled : await wait(snapshot)).job.status).toBe('canceled');
		return done;
	},
	'a wrong key': async ({ kit, dialect, open }) => {
		if (!kit.wrongKey || kit.keylessDialect === dialect) return 'the server keeps the keys';
		const { run } = await open({ credential: kit.wrongKey });
		const error = await failureOf(run());
		expect(error).toMatchObject({ code: 'auth', retryable: false });
		for (const value of Object.values(kit.wrongKey)) expect(spoken(error)).not.toContain(value);
		return done;
	},
	'too many requests': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: '429', retryAfter: 1, times: 2 });
		expect((await run()).job.status).toBe('succeeded');
		expect(sandbox.books()).toMatchObject({ tooManyRequests: 2, generationsBilled: 1 });
		return done;
	},
	'a busy server': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: '503', times: 2 });
		expect((await run()).job.status).toBe('succeeded');
		expect(sandbox.books().generationsBilled).toBe(1);
		return done;
	},
	'an answer that is lost': async ({ kit, open, sandbox }) => {
		const { provider, run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: 'resetAfterAccept' });
		const failure = await failureOf(run());
		const isReported = provider.capabilities.idempotency === 'none' || kit.answersAtOnce;
		if (isReported) expect(failure).toMatchObject({ hint: expect.stringMatching(/paid/) as string });
		else expect(failure).toBeNull();
		// Count jobs, not bills: the clock of the test runs so fast that the repeat arrives within one second. Within
		// that second the real Image SaaS runs a key twice.
		expect(sandbox.books().jobs).toHaveLength(1);
		return isReported ? 'reported, not repeated' : 'found again';
	},
	'a server that never answers': async ({ kit, open, sandbox }) => {
		const { run } = await open({ timeoutMs: 150 });
		sandbox.fault({ route: kit.routes.submit, kind: 'hang', times: 10 });
		return await invalidAnswer({ kit, sandbox }, run(), { code: 'timeout' });
	},
	'an answer that is no JSON': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: 'malformed', times: 10 });
		return await invalidAnswer({ kit, sandbox }, run(), { code: 'malformedResponse' });
	},
	'an answer of another shape': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: 'wrongShape', times: 10 });
		return await invalidAnswer({ kit, sandbox }, run(), { code: 'malformedResponse' });
	},
	'an answer cut off half way': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: 'truncated', times: 10 });
		return await invalidAnswer({ kit, sandbox }, run(), {
			code: expect.stringMatching(/^(network|malformedResponse)$/) as string,
		});
	},
	'an answer without end': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		sandbox.fault({ route: kit.routes.submit, kind: 'huge', megabytes: 300, times: 10 });
		return await invalidAnswer({ kit, sandbox }, run(), {
			code: 'malformedResponse',
			message: expect.stringContaining('larger than') as string,
		});
	},
	'a poll that fails and recovers': async ({ kit, open, sandbox }) => {
		const { provider, submit, wait } = await open();
		const route = kit.routes.poll;
		if (provider.capabilities.poll === 'none' || kit.answersAtOnce || route === undefined)
			return 'answers when it is done';
		const snapshot = await submit();
		for (const kind of ['503', 'reset', 'malformed'] as const) sandbox.fault({ route, kind });
		expect((await wait(snapshot)).job.status).toBe('succeeded');
		return done;
	},
	'unicode and emoji': async ({ open, sandbox }) => {
		const { run } = await open();
		const prompt = 'Ein Fuchs 🦊👩‍🚀 灯塔 “quoted” \\ "x"\nзакат';
		expect((await run({ prompt })).job.status).toBe('succeeded');
		expect(sandbox.books().jobs.map((job) => job.prompt)).toEqual([prompt]);
		return done;
	},
	'a hundred pictures': async ({ open, sandbox }) => {
		const { provider, run } = await open();
		const each = Math.min(provider.capabilities.maxCount, 100);
		const snapshots = await many(Math.ceil(100 / each), () => run({ count: each }));
		expect(snapshots.flatMap(({ images }) => images).length).toBeGreaterThanOrEqual(100);
		return `${snapshots.length} jobs, ${total(sandbox)} requests`;
	},
	'no secret is shown': async ({ kit, open, sandbox }) => {
		const { run } = await open();
		const reported = [await run()];
		sandbox.fault({ route: kit.routes.submit, kind: '500', times: 10 });
		const error = await failureOf(run());
		for (const secret of kit.secrets) expect(spoken([reported, error])).not.toContain(secret);
		return done;
	},
};

/**
 * The answer is not readable: the pack reports it, or finds the job by a look-up. The pack makes a second job only if a
 * key ensures that it is not paid twice.
 */
async function invalidAnswer(
	{ kit, sandbox }: Pick<Stage, 'kit' | 'sandbox'>,
	work: Promise<JobSnapshot>,
	expected: object,
): Promise<Verdict> {
	const failure = await failureOf(work);
	expect(sandbox.books().jobs.length).toBeLessThanOrEqual(1);
	if (failure === null && providerById(kit.backend.id).capabilities.idempotency === 'lookup') return 'found again';
	expect(failure).toMatchObject(expected);
	return done;
}

function total(sandbox: AnySandbox): number {
	return Object.values(sandbox.books().requests).reduce((sum, count) => sum + count, 0);
}

const verdicts = new Map<string, Record<string, Verdict>>();

describe.each(allKits.map((kit): [string, Kit] => [nameOf(kit), kit]))('%s', (name, kit) => {
	let sandbox: AnySandbox;
	beforeAll(async () => {
		sandbox = await startKit(kit);
	});
	afterAll(() => sandbox.close());
	beforeEach(() => sandbox.reset());

	describe.each(kit.dialects ?? ['document', 'real'])('dialect %s', (dialect) => {
		it.each(Object.entries(scenarios))(
			'%s',
			async (title, scenario) => {
				sandbox.settings({ dialect });
				const credential = kit.credentialFor?.(dialect) ?? {};
				const verdict = await scenario({
					kit,
					dialect,
					sandbox,
					open: (options = {}) =>
						openKit(kit, sandbox, { ...options, credential: { ...credential, ...options.credential } }),
				});
				verdicts.set(title, {
					...verdicts.get(title),
					[dialect === 'document' ? name : `${name} (${dialect})`]: verdict,
				});
			},
			30_000,
		);
	});
});

afterAll(() => {
	const columns = allKits.flatMap((kit) =>
		(kit.dialects ?? ['document', 'real']).map((dialect) =>
			dialect === 'document' ? nameOf(kit) : `${nameOf(kit)} (${dialect})`,
		),
	);
	const rows = [...verdicts].map(
		([title, row]) => `| ${[title, ...columns.map((column) => row[column] ?? 'failed')].join(' | ')} |`,
	);
	process.stdout.write(
		`\n${[`| scenario | ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length + 1)}`, ...rows].join('\n')}\n`,
	);
});
