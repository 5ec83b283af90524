import { MinuteWindow } from './limits';

test('a tenant is let in again when its oldest request is a minute old', () => {
	const window = new MinuteWindow();
	expect(window.admit('a', 2, 0)).toBeNull();
	expect(window.admit('a', 2, 20_000)).toBeNull();
	expect(window.admit('a', 2, 30_000)).toBe(30);
	expect(window.admit('a', 2, 59_500)).toBe(1);
	expect(window.admit('a', 2, 60_000)).toBeNull();
	expect(window.admit('a', 2, 61_000)).toBe(19);
});

test('a lowered limit waits for enough of them to pass', () => {
	const window = new MinuteWindow();
	for (const at of [0, 10_000, 20_000]) window.admit('a', 5, at);
	expect(window.admit('a', 1, 30_000)).toBe(50);
	expect(window.admit('a', 0, 30_000)).toBeNull();
});
