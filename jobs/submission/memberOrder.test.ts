import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { VirtualClock } from '../../test/support/virtualClock';
import { orderMembers } from './memberOrder';
import { PoolMember } from './poolMember';

const clock = new VirtualClock(0);

const named = (name: string, settings: Partial<PoolMember['settings']> = {}) =>
	new PoolMember({ priority: 0, weight: 1, models: [], ...settings, name }, fakeEndpoint({ clock }).endpoint, clock);
const order = (members: PoolMember[], model?: string, key = 'k') =>
	orderMembers(members, model, key).map(({ settings }) => settings.name);

it('orders by priority, those kept for the model first, and leaves out those kept for others', () => {
	const members = [
		named('main'),
		named('backup', { priority: 2 }),
		named('next', { priority: 1 }),
		named('pro', { priority: 5, models: ['pro', 'ultra'] }),
	];
	expect(order(members)).toEqual(['main', 'next', 'backup']);
	expect(order(members, 'pro')).toEqual(['pro', 'main', 'next', 'backup']);
	expect(order(members, 'fast')).toEqual(['main', 'next', 'backup']);
});

it('orders by weight within a priority, the same for the same key', () => {
	const members = [named('one'), named('three', { weight: 3 })];
	const firsts = Array.from({ length: 4_000 }, (_, n) => order(members, undefined, `key ${n}`)[0]);
	expect(firsts.filter((name) => name === 'three').length / firsts.length).toBeCloseTo(0.75, 1);
	for (let n = 0; n < 50; n++) expect(order([...members].reverse(), undefined, `key ${n}`)[0]).toBe(firsts[n]);
});

it('prefers a free slot, but not over a higher priority', async () => {
	const { endpoint, submit } = fakeEndpoint({ clock, jobsInFlight: 1 });
	await submit('first');
	const full = new PoolMember({ name: 'full', priority: 0, weight: 1_000, models: [] }, endpoint, clock);
	expect(order([full, named('free')])).toEqual(['free', 'full']);
	expect(order([full, named('backup', { priority: 1 })])).toEqual(['full', 'backup']);
});
