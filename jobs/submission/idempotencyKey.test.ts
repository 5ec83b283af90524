import fc from 'fast-check';
import { idempotencyKeyOf, type ItemIdentity } from './idempotencyKey';

const identity = fc.record<ItemIdentity>({ executionNonce: fc.uuid(), nodeId: fc.string(), runIndex: fc.nat(99), itemIndex: fc.nat(999), failedJobs: fc.nat(9) });

it('the same item has the same key, and one that differs in anything another', () => {
	fc.assert(fc.property(identity, identity, (a, b) => {
		expect(idempotencyKeyOf({ ...a })).toBe(idempotencyKeyOf(a));
		if (JSON.stringify(a) !== JSON.stringify(b)) expect(idempotencyKeyOf(b)).not.toBe(idempotencyKeyOf(a));
	}));
});

it.each<Partial<ItemIdentity>>([{ executionNonce: 'other' }, { nodeId: 'other' }, { runIndex: 1 }, { itemIndex: 1 }, { failedJobs: 1 }])('%j alone makes it another key', (patch) => {
	const item = { executionNonce: 'nonce', nodeId: 'node', runIndex: 0, itemIndex: 0, failedJobs: 0 };
	expect(idempotencyKeyOf({ ...item, ...patch })).not.toBe(idempotencyKeyOf(item));
});

it('numbers that stand side by side are not mixed up', () => {
	const of = (runIndex: number, itemIndex: number) => idempotencyKeyOf({ executionNonce: 'n', nodeId: 'x', runIndex, itemIndex, failedJobs: 0 });
	expect(of(1, 11)).not.toBe(of(11, 1));
	expect(of(1, 12)).not.toBe(of(11, 2));
});

it('a key is plain ASCII for a header and shows nothing of what it was made from', () => {
	fc.assert(fc.property(identity, (item) => { expect(idempotencyKeyOf(item)).toMatch(/^n8n-[0-9a-f]{32}$/); }));
});
