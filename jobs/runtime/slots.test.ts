import fc from 'fast-check';
import { settle } from '../../test/support/virtualClock';
import { type Slot, Slots } from './slots';

it('never gives more slots than there are, and a free one goes to the longest wait', async () => {
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

it('the end of a job frees its slot, once', async () => {
	const slots = new Slots(1, () => undefined);
	(await slots.acquire()).assign('job-1');
	const next = slots.acquire();
	const afterNext = slots.acquire();
	slots.settle('job-1');
	slots.settle('job-1');
	(await next).assign('job-2');
	let third = false;
	void afterNext.then(() => {
		third = true;
	});
	await settle();
	expect(third).toBe(false);
});

it('an aborted wait leaves the queue', async () => {
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

it('while a submit waits, the jobs in flight are reported so that they can be polled', async () => {
	const named: string[][] = [];
	const slots = new Slots(2, (ids) => named.push(ids));
	(await slots.acquire()).assign('job-1');
	const second = await slots.acquire();
	void slots.acquire();
	expect(named).toEqual([['job-1']]);
	second.assign('job-2');
	expect(named).toEqual([['job-1'], ['job-2']]);
});

it('a repeated key that answers with a job in flight takes no second slot', async () => {
	const slots = new Slots(2, () => undefined);
	(await slots.acquire()).assign('job-1');
	(await slots.acquire()).assign('job-1');
	await slots.acquire();
	let more = false;
	void slots.acquire().then(() => {
		more = true;
	});
	await settle();
	expect(more).toBe(false);
});

it('without a limit no submit waits', async () => {
	const slots = new Slots(null, () => undefined);
	await Promise.all(Array.from({ length: 50 }, () => slots.acquire()));
});

it('property: no more slots are held than allowed, and none is free while a submit waits', async () => {
	const step = fc.oneof(
		fc.constant('acquire' as const),
		fc.constant('abort' as const),
		fc.constant('release' as const),
		fc.constant('bind' as const),
		fc.constant('settle' as const),
	);
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 4 }),
			fc.array(fc.tuple(step, fc.nat(20)), { maxLength: 60 }),
			async (limit, steps) => {
				const slots = new Slots(limit, () => undefined);
				const held = new Map<Slot, string | null>();
				const waiting = new Map<AbortController, true>();
				for (const [what, pick] of steps) {
					const [slot, job] = [...held][pick % Math.max(1, held.size)] ?? [];
					if (what === 'acquire') {
						const stop = new AbortController();
						waiting.set(stop, true);
						slots
							.acquire(stop.signal)
							.then(
								(got) => held.set(got, null),
								() => undefined,
							)
							.finally(() => waiting.delete(stop))
							.catch(() => undefined);
					} else if (what === 'abort') [...waiting.keys()][pick % Math.max(1, waiting.size)]?.abort();
					else if (what === 'bind' && slot && job === null) {
						const name = `job-${pick}`;
						// A job has only one slot, so the second one is freed.
						if ([...held.values()].includes(name)) held.delete(slot);
						else held.set(slot, name);
						slot.assign(name);
					} else if (what === 'release' && slot) {
						slot.release();
						slot.release();
						held.delete(slot);
					} else if (what === 'settle' && slot && typeof job === 'string') {
						slots.settle(job);
						slots.settle(job);
						held.delete(slot);
					}
					await settle();
					expect(held.size).toBeLessThanOrEqual(limit);
					expect(slots.contended).toBe(waiting.size > 0);
					if (waiting.size > 0) expect(held.size).toBe(limit);
				}
			},
		),
		{ numRuns: 60 },
	);
});

it('a wait with an aborted signal does not join the queue', async () => {
	const slots = new Slots(1, () => undefined);
	await slots.acquire();
	await expect(slots.acquire(AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
	expect(slots.contended).toBe(false);
});

it('a slot that was handed on is kept when the signal aborts afterwards', async () => {
	const slots = new Slots(1, () => undefined);
	const first = await slots.acquire();
	const stop = new AbortController();
	const second = slots.acquire(stop.signal);
	first.release();
	stop.abort();
	await expect(second).resolves.toBeDefined();
});

it('a job that has ended is not reported any more, and may take a slot again', async () => {
	const named: string[][] = [];
	const slots = new Slots(1, (ids) => named.push(ids));
	(await slots.acquire()).assign('job-1');
	slots.settle('job-1');
	(await slots.acquire()).assign('job-1');
	const next = slots.acquire();
	expect(named).toEqual([['job-1']]);
	slots.settle('job-1');
	await next;
	void slots.acquire();
	expect(named).toEqual([['job-1'], []]);
});

it('a batch that waits for slots delays another execution by one job', async () => {
	const slots = new Slots(1, () => undefined);
	const held = await slots.acquire();
	const order: string[] = [];
	for (const [group, name] of [
		['batch', 'b1'],
		['batch', 'b2'],
		['batch', 'b3'],
		['single', 's1'],
	] as const)
		void slots.acquire(undefined, group).then((slot) => {
			order.push(name);
			slot.release();
		});
	held.release();
	await new Promise((resolve) => setImmediate(resolve));
	expect(order).toEqual(['b1', 's1', 'b2', 'b3']);
});
