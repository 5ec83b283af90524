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

it('where nothing is announced it never holds', () => {
	const trust = new PushTrust();
	for (let n = 0; n < 100; n++) trust.foundByPoll();
	announce(trust, 3);
	expect(trust.holds).toBe(false);
});
