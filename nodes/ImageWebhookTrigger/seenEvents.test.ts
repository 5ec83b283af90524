import { isFirst, type SeenEvents } from './seenEvents';

const hour = 3_600_000;
let nodes = 0;
/** A node that this process has never seen. */
const newNode = () => `workflow:${++nodes}`;

it('an event is first once', () => {
	const node = newNode();
	const kept = {};
	expect(isFirst(node, kept, 'evt_1', 0, hour)).toBe(true);
	expect(isFirst(node, kept, 'evt_1', 1, hour)).toBe(false);
	expect(isFirst(node, kept, 'evt_2', 2, hour)).toBe(true);
});

it('after a restart only what was kept is known, and that is enough', () => {
	const kept: { seen?: SeenEvents } = {};
	isFirst(newNode(), kept, 'evt_1', 0, hour);
	const restored = JSON.parse(JSON.stringify(kept)) as { seen?: SeenEvents };
	expect(isFirst(newNode(), restored, 'evt_1', 1, hour)).toBe(false);
});

it('a repeat is known although the first has not been saved yet', () => {
	const node = newNode();
	expect(isFirst(node, {}, 'evt_1', 0, hour)).toBe(true);
	expect(isFirst(node, {}, 'evt_1', 0, hour)).toBe(false);
});

it('an event counts as new when the window is over', () => {
	const node = newNode();
	const kept = {};
	isFirst(node, kept, 'evt_1', 0, hour);
	expect(isFirst(node, kept, 'evt_1', hour - 1, hour)).toBe(false);
	expect(isFirst(node, kept, 'evt_1', hour, hour)).toBe(true);
});

it('two triggers each run an event', () => {
	expect(isFirst(newNode(), {}, 'evt_1', 0, hour)).toBe(true);
	expect(isFirst(newNode(), {}, 'evt_1', 0, hour)).toBe(true);
});

it('no more than a thousand are kept, the newest', () => {
	const node = newNode();
	const kept: { seen?: SeenEvents } = {};
	for (let n = 0; n < 1_100; n++) isFirst(node, kept, `evt_${n}`, n, hour);
	expect(Object.keys(kept.seen ?? {})).toHaveLength(1_000);
	expect(isFirst(node, kept, 'evt_1099', 1_100, hour)).toBe(false);
	expect(isFirst(node, kept, 'evt_0', 1_100, hour)).toBe(true);
});
