import type { IExecuteFunctions } from 'n8n-workflow';
import { itemKeysOf } from './itemKeys';

/** As much of n8n as the keys look at; `kept` is what n8n keeps of the node's context. */
const run = (kept: object, { runIndex = 0, nodeId = 'node-1' } = {}) => itemKeysOf({ getContext: () => kept, getWorkflowDataProxy: () => ({ $runIndex: runIndex }), getNode: () => ({ id: nodeId }) } as unknown as IExecuteFunctions);

it('an item keeps its key however often it is run again, also from what n8n has saved', () => {
	const kept = {};
	const key = run(kept).keyOf(3);
	expect(run(kept).keyOf(3)).toBe(key);
	expect(run(JSON.parse(JSON.stringify(kept)) as object).keyOf(3)).toBe(key);
});

it('items, passes, nodes and executions have keys of their own', () => {
	const kept = {};
	const keys = [run(kept).keyOf(0), run(kept).keyOf(1), run(kept, { runIndex: 1 }).keyOf(0), run(kept, { nodeId: 'node-2' }).keyOf(0), run({}).keyOf(0)];
	expect(new Set(keys).size).toBe(keys.length);
});

it('a job that failed spends the key of its item and of no other', () => {
	const kept = {};
	const before = [run(kept).keyOf(0), run(kept).keyOf(1)];
	run(kept).spend(0);
	expect(run(kept).keyOf(0)).not.toBe(before[0]);
	expect(run(kept).keyOf(1)).toBe(before[1]);
});

it('a key says nothing of what it was made from and fits into a header', () => {
	expect(run({}).keyOf(0)).toMatch(/^n8n-[0-9a-f]{32}$/);
});
