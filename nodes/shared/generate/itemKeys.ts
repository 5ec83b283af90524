import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { idempotencyKeyOf } from '../../../jobs/submission/idempotencyKey';
import type { Choice } from '../../../jobs/submission/submitAcross';
import { packFolder } from '../packFolder';
import { type NodeRun, RunLedger } from './runLedger';

/** What is kept in the node's context: n8n holds it through Retry On Fail, a resumed wait and "Retry execution". */
interface Kept {
	/** Drawn once an execution. Execution ids would not do: they change when an execution is retried, and start again at 1 with a new database. */
	executionNonce?: string;
	/** The last run that began. */
	lastRun?: number;
	/** By run and item: how many jobs of it ended in failure. */
	failedJobs?: Record<string, number>;
	/** By key: since when it is unclear whether its submit made a job (ms since the epoch). */
	unclear?: Record<string, number>;
	/** By key: the one of several endpoints that was asked last, and may have made the job. */
	bound?: Record<string, Bound>;
}

interface Bound {
	provider: string;
	endpoint: string;
}

export interface ItemKeys {
	/** These items were run before, and their jobs may exist: since when, where the process died in the middle of it. */
	earlier: { since: number | null } | undefined;
	/** To be called when the node run has ended, however it did. */
	end(): Promise<void>;
	keyOf(itemIndex: number): string;
	/** The item's job failed at the provider: its key is spent, and a retry of the item is meant to make a new job. */
	spend(itemIndex: number): void;
	/** A submit with this key was sent at that time and not answered; a retry must not pay again. */
	doubt(key: string, since: number): void;
	doubtOf(key: string): { since: number } | undefined;
	/** The endpoint is about to be asked for the key's job: nobody else may be asked again before it has refused. */
	bind(key: string, choice: Choice): void;
	isBound(key: string): boolean;
	/** It is certain that nobody made the job. */
	unbind(key: string): void;
	/** The choices there are for this key: all, or the one that it is bound to. */
	boundOf(key: string, choices: Choice[]): Choice[];
}

/**
 * The idempotency keys of a node run. A run that n8n repeats after its process has died finds the keys of the first
 * one; where the ledger cannot be written that is given up, and the log says so.
 */
export async function itemKeysOf(context: IExecuteFunctions, ledger: RunLedger = new RunLedger(packFolder('runs'))): Promise<ItemKeys> {
	const kept = context.getContext('node') as Kept;
	const runIndex = Number(context.getWorkflowDataProxy(0)['$runIndex'] ?? 0);
	const run: NodeRun = { workflowId: String(context.getWorkflow().id), nodeId: context.getNode().id, runIndex, input: context.getInputData().map(({ json }) => json) };
	const orphan = kept.executionNonce === undefined && context.getMode() === 'retry' ? await ledger.adopt(run) : undefined;
	const again = orphan !== undefined || kept.lastRun === runIndex;
	kept.executionNonce ??= orphan?.nonce ?? randomUUID();
	kept.lastRun = runIndex;
	const { executionNonce } = kept;
	const end = await ledger.begin(run, { nonce: executionNonce, since: orphan?.since ?? Date.now() }).catch((thrown: unknown) => {
		context.logger.warn(`A retry after a crash would not find its jobs again: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
		return () => Promise.resolve();
	});
	const place = (itemIndex: number) => `${runIndex}:${itemIndex}`;
	return {
		earlier: again ? { since: orphan?.since ?? null } : undefined,
		end,
		keyOf: (itemIndex) => idempotencyKeyOf({ executionNonce, nodeId: context.getNode().id, runIndex, itemIndex, failedJobs: kept.failedJobs?.[place(itemIndex)] ?? 0 }),
		doubt: (key, since) => {
			kept.unclear = { [key]: since, ...kept.unclear };
		},
		doubtOf: (key) => {
			const since = kept.unclear?.[key];
			return since === undefined ? undefined : { since };
		},
		bind: (key, { member }) => {
			kept.bound = Object.assign(kept.bound ?? {}, { [key]: { provider: member.endpoint.provider.id, endpoint: member.place.name } });
		},
		isBound: (key) => kept.bound?.[key] !== undefined,
		unbind: (key) => {
			delete kept.bound?.[key];
		},
		boundOf: (key, choices) => {
			const bound = kept.bound?.[key];
			const own = choices.filter(({ member }) => member.endpoint.provider.id === bound?.provider && member.place.name === bound.endpoint);
			return own.length > 0 ? own : choices;
		},
		spend: (itemIndex) => {
			kept.failedJobs = { ...kept.failedJobs, [place(itemIndex)]: (kept.failedJobs?.[place(itemIndex)] ?? 0) + 1 };
		},
	};
}
