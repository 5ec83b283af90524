import { EventTable } from './eventTable.ts';

let events: EventTable;
beforeEach(() => {
	events = new EventTable();
});
const claim = (id: string, now: number, scope = 's') => events.claim(scope, id, now, 10);

test('an event is claimed once until its claim runs out', () => {
	expect([claim('a', 0), claim('a', 9), claim('a', 10), claim('a', 19)]).toEqual([
		'claimed',
		'open',
		'claimed',
		'open',
	]);
	expect([claim('b', 0), claim('a', 0, 't')]).toEqual(['claimed', 'claimed']);
});

test('scopes and ids do not run into each other', () => {
	expect([claim('b,c', 0, 'a'), claim('c', 0, 'a,b')]).toEqual(['claimed', 'claimed']);
});

test('a confirmed event is run by one lineage alone, as long as it is remembered', () => {
	claim('a', 0);
	expect(events.confirm('s', 'a', 'first', 5, 100)).toBe(true);
	expect(claim('a', 50)).toBe('confirmed');
	expect(events.confirm('s', 'a', 'first', 50, 100)).toBe(true);
	expect(events.confirm('s', 'a', 'second', 149, 100)).toBe(false);
	expect(events.confirm('s', 'a', 'second', 150, 100)).toBe(true);
});

test('an event that was never claimed can be confirmed', () => {
	expect(events.confirm('s', 'a', 'first', 0, 100)).toBe(true);
	expect(claim('a', 1)).toBe('confirmed');
});

test('pruning drops what no longer counts, and nothing else', () => {
	claim('a', 0);
	claim('b', 5);
	events.prune(10);
	// The claims use an older time, so they show which events are still stored.
	expect([claim('a', 0), claim('b', 5)]).toEqual(['claimed', 'open']);
});

test('holds 100,000 events; the oldest goes first', () => {
	for (let n = 0; n < 100_000; n++) claim(String(n), 0);
	expect([claim('0', 1), claim('99999', 1)]).toEqual(['open', 'open']);
	claim('one more', 1);
	expect([claim('1', 1), claim('0', 1)]).toEqual(['open', 'claimed']);
});
