import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { retainedBytes } from '../../test/support/retained';
import { inMs } from '../runtime/clock';

it('ten times the jobs leave no more in memory, whether their ends are announced, polled or never seen', async () => {
	const { clock, endpoint } = fakeEndpoint({ jobsInFlight: null });
	const pass = async (from: number, count: number) => {
		for (let n = from; n < from + count; n++) {
			const id = `job-${n}`;
			endpoint.began(id, { prompt: 'A cat', count: 1, model: `model ${n}` });
			if (n % 2 === 0) endpoint.jobs.announce(snapshotOf(id, 'succeeded'));
			if (n % 100 === 1) {
				const own = new AbortController();
				const wait = endpoint.jobs.wait(id, { deadline: inMs(clock, 1_000), signal: own.signal });
				own.abort();
				await wait.catch(() => undefined);
			}
		}
	};
	await pass(0, 25_000);
	const few = await retainedBytes();
	await pass(25_000, 250_000);
	expect(((await retainedBytes()) - few) / 250_000).toBeLessThan(10);
	expect(endpoint.load.jobsInFlight).toBeLessThanOrEqual(10_000);
}, 60_000);
