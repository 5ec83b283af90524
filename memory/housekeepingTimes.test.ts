import { Housekeeping } from './housekeeping.ts';
import type { ResultFolder } from './results.ts';
import type { AsyncStore, ResultFile } from './store.ts';

const bounds = { keepRecordsMs: 1, maxRecords: 1, maxResultBytes: 1 };
const minute = 60_000;
const file = (imageIndex: number): ResultFile => ({ ref: 'abcdefghij12', imageIndex });

/** A store and a folder that note what they are asked for, and a clock of the test. */
function bench() {
	const state = {
		now: 1_000 * minute,
		dateAhead: 0,
		more: false,
		failure: null as string | null,
		fails: false,
		gate: Promise.resolve(),
	};
	const calls: string[] = [];
	const removed: ResultFile[] = [];
	const answers: Record<string, () => unknown> = {
		prune: () => ({ more: state.more, files: [file(0)] }),
		expireResults: () => [file(1)],
		strayResults: () => [file(2)],
	};
	const store = {
		get failure() {
			return state.failure;
		},
		call: async (name: string) => {
			calls.push(name);
			await state.gate;
			if (state.fails) throw new Error('locked');
			return answers[name]?.();
		},
	} as unknown as AsyncStore;
	const folder = {
		remove: async (files: readonly ResultFile[]) => void removed.push(...files),
		oldFiles: async () => [],
	} as unknown as ResultFolder;
	const keeping = new Housekeeping(store, folder, bounds, {
		now: () => state.now + state.dateAhead,
		elapsed: () => state.now,
	});
	/** Waits, operates, and gives what the store was asked for. */
	const after = async (minutes: number) => {
		state.now += minutes * minute;
		calls.length = 0;
		removed.length = 0;
		keeping.tick();
		await keeping.settle();
		return [...calls];
	};
	return { state, after, removed, keeping, calls };
}
const cleaning = ['expireResults', 'strayResults'];

test('records are pruned every five minutes, and result files are cleaned every hour', async () => {
	const { after } = bench();
	expect(await after(0)).toEqual(['prune', ...cleaning]);
	expect(await after(4.9)).toEqual([]);
	expect(await after(0.1)).toEqual(['prune']);
	expect(await after(53)).toEqual(['prune']);
	// Only the cleaning is due.
	expect(await after(2)).toEqual(cleaning);
	expect(await after(3)).toEqual(['prune']);
	expect(await after(56.9)).toEqual(['prune']);
	expect(await after(0.1)).toEqual(cleaning);
});

test('while there is more to remove, each operation takes a step', async () => {
	const { state, after } = bench();
	state.more = true;
	await after(0);
	expect(await after(0)).toEqual(['prune']);
	state.more = false;
	expect(await after(0)).toEqual(['prune']);
	expect(await after(0)).toEqual([]);
});

test('one step runs at a time', async () => {
	const { keeping, calls, state } = bench();
	const gate = Promise.withResolvers<undefined>();
	state.gate = gate.promise;
	keeping.tick();
	state.now += 24 * 60 * minute;
	for (let n = 0; n < 3; n++) keeping.tick();
	expect(calls).toEqual(['prune']);
	gate.resolve(undefined);
	await keeping.settle();
	expect(calls).toEqual(['prune', ...cleaning]);
});

test('the files of removed records, files beyond the bytes and stray ones are removed', async () => {
	const { after, removed } = bench();
	await after(0);
	expect(removed).toEqual([file(0), file(1), file(2)]);
});

test('while the store fails, no file counts as stray', async () => {
	const { state, after, removed } = bench();
	state.failure = 'the disk is full';
	await after(0);
	expect(removed).toEqual([file(0), file(1)]);
});

test('a step that fails is repeated when the next one is due', async () => {
	const { state, after } = bench();
	state.fails = true;
	expect(await after(0)).toEqual(['prune']);
	state.fails = false;
	expect(await after(0)).toEqual(cleaning);
	expect(await after(5)).toEqual(['prune']);
});

test.each([-60, 60, 60 * 24 * 90])(
	'a date that is set forward by %d minutes removes nothing for an hour',
	async (minutes) => {
		const { state, after } = bench();
		await after(0);
		state.dateAhead += minutes * minute;
		expect(await after(5)).toEqual([]);
		expect(await after(59)).toEqual([]);
		expect(await after(1)).toEqual(['prune', ...cleaning]);
		expect(await after(5)).toEqual(['prune']);
	},
);

test('a date that runs a little faster than the clock changes nothing', async () => {
	const { state, after } = bench();
	await after(0);
	for (let n = 0; n < 5; n++) {
		state.dateAhead += 10_000;
		expect(await after(5)).toEqual(['prune']);
	}
});
