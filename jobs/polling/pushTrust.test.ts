import { PushTrust } from './pushTrust';

const announce = (trust: PushTrust, times: number) => {
	for (let n = 0; n < times; n++) trust.announced();
};

it('a few announcements make it hold, and the first end that a poll has to find ends it', () => {
	const trust = new PushTrust();
	announce(trust, 3);
	expect(trust.holds).toBe(false);
	announce(trust, 1);
	expect(trust.holds).toBe(true);
	announce(trust, 100);
	trust.foundByPoll();
	expect(trust.holds).toBe(false);
});

it('a poll that is faster than the announcement does not stop it from growing', () => {
	const trust = new PushTrust();
	for (let n = 0; n < 7; n++) {
		trust.foundByPoll();
		trust.announced();
	}
	expect(trust.holds).toBe(true);
});

it('without announcements there is never trust', () => {
	const trust = new PushTrust();
	for (let n = 0; n < 100; n++) trust.foundByPoll();
	announce(trust, 3);
	expect(trust.holds).toBe(false);
});

it('an end that a poll was quicker to find costs half an announcement, and never less than nothing', () => {
	const trust = new PushTrust();
	trust.foundByPoll();
	announce(trust, 4);
	expect(trust.holds).toBe(true);
	const slower = new PushTrust();
	announce(slower, 2);
	slower.foundByPoll();
	announce(slower, 2);
	expect(slower.holds).toBe(false);
	announce(slower, 1);
	expect(slower.holds).toBe(true);
});

describe('kept over a restart', () => {
	const hour = 3_600_000;
	const restored = (kept: unknown, now = 0) => {
		const trust = new PushTrust();
		trust.restore(kept as never, now);
		return trust;
	};

	it('holds at once within a day; later it is one announcement short', () => {
		const trust = new PushTrust();
		announce(trust, 100);
		const kept = trust.snapshot(1_000);
		expect(restored(kept, 1_000 + 24 * hour).holds).toBe(true);
		const stale = restored(kept, 1_001 + 24 * hour);
		expect(stale.holds).toBe(false);
		announce(stale, 1);
		expect(stale.holds).toBe(true);
	});

	it('a restored value below trust adds to the announcements since then', () => {
		const trust = new PushTrust();
		announce(trust, 3);
		const kept = trust.snapshot(0);
		expect(restored(kept).holds).toBe(false);
		const again = new PushTrust();
		announce(again, 1);
		again.restore(kept, 0);
		expect(again.holds).toBe(true);
	});

	it('counts for nothing where this process has seen otherwise', () => {
		const trust = new PushTrust();
		trust.foundByPoll();
		trust.restore({ score: 8, at: 0 }, 0);
		expect(trust.holds).toBe(false);
	});

	it.each([
		undefined,
		null,
		7,
		'x',
		{},
		{ score: '8', at: 0 },
		{ score: 8, at: '0' },
		{ score: 8 },
		{ score: -8, at: 0 },
	])('%j is not trusted', (kept) => {
		const trust = restored(kept);
		expect(trust.holds).toBe(false);
		announce(trust, 4);
		expect(trust.holds).toBe(true);
	});

	it('is bounded: no trust is too high for one end that was not announced', () => {
		const trust = restored({ score: 1_000, at: 0 });
		announce(trust, 10);
		expect(trust.snapshot(5)).toEqual({ score: 8, at: 5 });
		trust.foundByPoll();
		expect(trust.snapshot(5)).toEqual({ score: 0, at: 5 });
	});
});

it('reports each change, so that it can be saved', () => {
	let changes = 0;
	const trust = new PushTrust(() => changes++);
	trust.announced();
	trust.foundByPoll();
	trust.snapshot(0);
	expect(changes).toBe(2);
});
