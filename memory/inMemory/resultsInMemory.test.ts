import { MemoryError } from '../memory.ts';
import { keepResultMs } from '../rules.ts';
import { ResultsInMemory } from './resultsInMemory.ts';

const file = (name: string, imageIndex = 0) => ({ ref: name.padEnd(12, '0'), imageIndex });
const bytes = (length: number) => Buffer.alloc(length, 1);
const length = (results: ResultsInMemory, name: string, imageIndex = 0) =>
	results.get(file(name, imageIndex))?.length ?? null;

test('keeps a copy of the bytes of each image, and replaces it', () => {
	const results = new ResultsInMemory(100);
	const mine = bytes(3);
	results.put(file('a'), mine, 0);
	results.put(file('a', 1), bytes(4), 0);
	mine.fill(9);
	expect(results.get(file('a'))).toEqual(bytes(3));
	results.put(file('a'), bytes(5), 0);
	expect([length(results, 'a'), length(results, 'a', 1), length(results, 'b')]).toEqual([5, 4, null]);
	expect(() => results.put({ ref: '../etc', imageIndex: 0 }, bytes(1), 0)).toThrow(MemoryError);
});

test('holds exactly as many bytes as allowed, and drops the oldest beyond', () => {
	const results = new ResultsInMemory(10);
	results.put(file('a'), bytes(4), 0);
	results.put(file('b'), bytes(6), 0);
	expect([length(results, 'a'), length(results, 'b')]).toEqual([4, 6]);
	results.put(file('c'), bytes(1), 0);
	expect([length(results, 'a'), length(results, 'b'), length(results, 'c')]).toEqual([null, 6, 1]);
	// A replaced or removed image frees its space.
	results.put(file('b'), bytes(9), 0);
	expect([length(results, 'b'), length(results, 'c')]).toEqual([9, 1]);
	results.remove([file('b').ref]);
	results.put(file('d'), bytes(9), 0);
	expect([length(results, 'c'), length(results, 'd')]).toEqual([1, 9]);
});

test('removes files older than a day, or than the given time, when the next one is added', () => {
	const results = new ResultsInMemory(100);
	for (const name of ['a', 'b', 'c']) results.put(file(name), bytes(1), 0);
	results.keep([file('b').ref], 2 * keepResultMs);
	results.keep([file('c').ref], 10);
	results.put(file('d'), bytes(1), keepResultMs - 1);
	expect(['a', 'b', 'c', 'd'].map((name) => length(results, name))).toEqual([1, 1, null, 1]);
	results.put(file('e'), bytes(1), keepResultMs);
	expect(['a', 'b', 'd', 'e'].map((name) => length(results, name))).toEqual([null, 1, 1, 1]);
});

test('removes all images of a job', () => {
	const results = new ResultsInMemory(100);
	results.put(file('a'), bytes(1), 0);
	results.put(file('a', 1), bytes(1), 0);
	results.put(file('b'), bytes(1), 0);
	results.remove([file('a').ref]);
	expect([length(results, 'a'), length(results, 'a', 1), length(results, 'b')]).toEqual([null, null, 1]);
});
