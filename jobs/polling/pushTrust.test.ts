import { PushTrust } from './pushTrust';

const heard = (trust: PushTrust, times: number) => {
	for (let n = 0; n < times; n++) trust.announced();
};

it('a few announcements make it hold, and the first end that had to be looked for ends it', () => {
	const trust = new PushTrust();
	heard(trust, 3);
	expect(trust.holds).toBe(false);
	heard(trust, 1);
	expect(trust.holds).toBe(true);
	heard(trust, 100);
	trust.foundByPoll();
	expect(trust.holds).toBe(false);
});

it('a look that was quicker than the announcement does not keep it from growing', () => {
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
	heard(trust, 3);
	expect(trust.holds).toBe(false);
});
