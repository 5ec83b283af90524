import { settle } from '../test/support/virtualClock';
import { Slots } from './slots';

it('never gives more slots than there are, and hands a free one to who waited longest', async () => {
	const slots = new Slots(2, () => undefined);
	const [first] = [await slots.acquire(), await slots.acquire()];
	const got: string[] = [];
	void slots.acquire().then(() => got.push('a'));
	void slots.acquire().then(() => got.push('b'));
	await settle();
	expect(got).toEqual([]);
	first.release();
	first.release();
	await settle();
	expect(got).toEqual(['a']);
});

it('a job that is seen to have ended frees its slot, once', async () => {
	const slots = new Slots(1, () => undefined);
	(await slots.acquire()).bind('job-1');
	const next = slots.acquire();
	const afterNext = slots.acquire();
	slots.settle('job-1');
	slots.settle('job-1');
	(await next).bind('job-2');
	let third = false;
	void afterNext.then(() => {
		third = true;
	});
	await settle();
	expect(third).toBe(false);
});

it('whoever stops waiting leaves the queue', async () => {
	const slots = new Slots(1, () => undefined);
	const held = await slots.acquire();
	const gone = new AbortController();
	const given = slots.acquire(gone.signal);
	const next = slots.acquire();
	gone.abort();
	await expect(given).rejects.toMatchObject({ code: 'canceled' });
	held.release();
	await expect(next).resolves.toBeDefined();
	expect(slots.contended).toBe(false);
});

it('while somebody waits, the jobs in flight are named so that they can be asked after', async () => {
	const named: string[][] = [];
	const slots = new Slots(2, (ids) => named.push(ids));
	(await slots.acquire()).bind('job-1');
	const second = await slots.acquire();
	void slots.acquire();
	expect(named).toEqual([['job-1']]);
	second.bind('job-2');
	expect(named).toEqual([['job-1'], ['job-2']]);
});

it('a replayed key that answers with a job in flight takes no second slot', async () => {
	const slots = new Slots(2, () => undefined);
	(await slots.acquire()).bind('job-1');
	(await slots.acquire()).bind('job-1');
	await slots.acquire();
	let more = false;
	void slots.acquire().then(() => {
		more = true;
	});
	await settle();
	expect(more).toBe(false);
});

it('without a limit nobody waits', async () => {
	const slots = new Slots(null, () => undefined);
	await Promise.all(Array.from({ length: 50 }, () => slots.acquire()));
});
