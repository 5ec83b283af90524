import type { IExecuteFunctions } from 'n8n-workflow';
import { itemKeysOf } from './itemKeys';
import type { Orphan, RunLedger } from './runLedger';

/** As much of n8n as the keys look at; `kept` is what n8n keeps of the node's context, `orphan` what the ledger knows. */
function run(kept: object, { runIndex = 0, nodeId = 'node-1', mode = 'trigger', orphan }: { runIndex?: number; nodeId?: string; mode?: string; orphan?: Orphan } = {}) {
	const context = { getContext: () => kept, getWorkflowDataProxy: () => ({ $runIndex: runIndex }), getNode: () => ({ id: nodeId }), getWorkflow: () => ({ id: 'w' }), getInputData: () => [], getMode: () => mode } as unknown as IExecuteFunctions;
	const ledger = { adopt: () => Promise.resolve(orphan), begin: () => Promise.resolve(() => Promise.resolve()) } as unknown as RunLedger;
	return itemKeysOf(context, ledger);
}

it('an item keeps its key however often it is run again, also from what n8n has saved', async () => {
	const kept = {};
	const key = (await run(kept)).keyOf(3);
	expect((await run(kept)).keyOf(3)).toBe(key);
	expect((await run(JSON.parse(JSON.stringify(kept)) as object)).keyOf(3)).toBe(key);
});

it('items, passes, nodes and executions have keys of their own', async () => {
	const kept = {};
	const first = await run(kept);
	const others = await Promise.all([run(kept, { runIndex: 1 }), run(kept, { nodeId: 'node-2' }), run({})]);
	const keys = [first.keyOf(0), first.keyOf(1), ...others.map((one) => one.keyOf(0))];
	expect(new Set(keys).size).toBe(keys.length);
});

it('a job that failed spends the key of its item and of no other', async () => {
	const kept = {};
	const first = await run(kept);
	const before = [first.keyOf(0), first.keyOf(1)];
	first.spend(0);
	const again = await run(kept);
	expect(again.keyOf(0)).not.toBe(before[0]);
	expect(again.keyOf(1)).toBe(before[1]);
});

it('a key says nothing of what it was made from and fits into a header', async () => {
	expect((await run({})).keyOf(0)).toMatch(/^n8n-[0-9a-f]{32}$/);
});

it('the retry of a run whose process died has its keys, and says since when there may be jobs', async () => {
	const kept = {};
	const first = await run(kept);
	expect(first.earlier).toBeUndefined();
	const { executionNonce } = kept as { executionNonce: string };
	const retry = await run({}, { mode: 'retry', orphan: { nonce: executionNonce, since: 7 } });
	expect(retry.keyOf(0)).toBe(first.keyOf(0));
	expect(retry.earlier).toEqual({ since: 7 });
});

it('another execution takes over nothing, whatever lies about', async () => {
	const other = await run({}, { mode: 'trigger', orphan: { nonce: 'n', since: 7 } });
	expect(other.earlier).toBeUndefined();
	expect(other.keyOf(0)).not.toBe((await run({}, { mode: 'retry', orphan: { nonce: 'n', since: 7 } })).keyOf(0));
});

it('run again by n8n itself, jobs may exist, but nothing tells since when', async () => {
	const kept = {};
	await run(kept);
	expect((await run(kept)).earlier).toEqual({ since: null });
	expect((await run(kept, { runIndex: 1 })).earlier).toBeUndefined();
});

it('where the ledger cannot be written the run goes on, and the log says what is lost', async () => {
	const warnings: string[] = [];
	const context = { getContext: () => ({}), getWorkflowDataProxy: () => ({ $runIndex: 0 }), getNode: () => ({ id: 'n' }), getWorkflow: () => ({ id: 'w' }), getInputData: () => [], getMode: () => 'trigger', logger: { warn: (message: string) => warnings.push(message) } } as unknown as IExecuteFunctions;
	const ledger = { begin: () => Promise.reject(new Error('EROFS')) } as unknown as RunLedger;
	expect((await itemKeysOf(context, ledger)).keyOf(0)).toMatch(/^n8n-/);
	expect(warnings).toEqual([expect.stringContaining('EROFS')]);
});
