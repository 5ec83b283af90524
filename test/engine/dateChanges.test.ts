import { bench } from './sandboxed';

const hour = 3_600_000;
const { books, chain, credential, generate } = bench({ jobDurationMs: 1_500 });

const RealDate = Date;
let aheadMs = 0;
/** Another number of slots is another endpoint, whose pacing has not begun. */
let slots = 100;
/** The date of everything in this process, as after somebody has set the computer's clock. */
class SetDate extends RealDate {
	constructor(...given: unknown[]) {
		if (given.length === 0) super(RealDate.now() + aheadMs);
		else super(...(given as [string]));
	}

	static override now(): number {
		return RealDate.now() + aheadMs;
	}
}
beforeEach(() => {
	aheadMs = 0;
	globalThis.Date = SetDate as DateConstructor;
});
afterEach(() => {
	globalThis.Date = RealDate;
});

const poll = { name: 'Poll', type: 'imagePoll', parameters: { maxWait: 20, download: false } };

describe.each([
	['back', -hour],
	['forward', hour],
	['forward by a year', 365 * 24 * hour],
])('the date is set %s while a node runs', (_how, ms) => {
	it('Image Poll sees the end of its job no later', async () => {
		const made = (await generate([{ prompt: 'A fox' }], { wait: false })).output('Generate');
		const began = performance.now();
		const result = await chain(
			made.map(({ json }) => json),
			[poll],
			{ onStart: () => setTimeout(() => (aheadMs = ms), 500) },
		);
		expect(result.output('Poll', 0)).toMatchObject([{ json: { job: { status: 'succeeded' } } }]);
		expect(performance.now() - began).toBeLessThan(6_000);
	}, 30_000);

	it('Max Wait is as long as before', async () => {
		const made = (await generate([{ prompt: 'Waits [queue]' }], { wait: false })).output('Generate');
		const began = performance.now();
		const result = await chain(
			made.map(({ json }) => json),
			[{ ...poll, parameters: { maxWait: 2, download: false } }],
			{ onStart: () => setTimeout(() => (aheadMs = ms), 300) },
		);
		expect(result.output('Poll', 1)).toHaveLength(1);
		expect(performance.now() - began).toBeGreaterThanOrEqual(1_900);
		expect(performance.now() - began).toBeLessThan(4_000);
	}, 30_000);

	it('pacing sends no request sooner and none later', async () => {
		// Half of the limit is sent at once, the rest in even steps of the minute: 60500 ms / 31 for the next one.
		let burstAt = 0;
		const timer = setInterval(() => {
			if (books().jobs.length < 30) return;
			clearInterval(timer);
			burstAt = performance.now();
			aheadMs = ms;
		}, 5);
		const items = Array.from({ length: 31 }, (_, n) => ({ prompt: `${n}` }));
		const parameters = { provider: 'imageSaas', prompt: '={{ $json.prompt }}', wait: false };
		const result = await chain(items, [{ name: 'Generate', type: 'imageGenerate', parameters }], {
			credential: credential({ requestsPerMinute: 60, jobsInFlight: ++slots }),
		});
		const waitedMs = performance.now() - burstAt;
		expect(result.output('Generate')).toHaveLength(31);
		expect(waitedMs).toBeGreaterThan(1_000);
		expect(waitedMs).toBeLessThan(6_000);
	}, 60_000);
});
