import { AsyncLocalStorage } from 'node:async_hooks';
import type { Answered } from '../../providers/provider';

/** How far a request that can cost money got. */
export type SendFact =
	/** Nothing reached the provider, or not the whole of it. */
	| { kind: 'notSent' }
	/** It was sent, and no answer came to its end. */
	| { kind: 'unanswered'; timedOut: boolean }
	| { kind: 'answered'; answer: Answered };

/** A request that can cost money, on its way down through the layers, which need not know of it. */
export interface Charge {
	/** Called when its turn has come, right before it leaves; what it throws keeps the request back. */
	leaving(): Promise<void>;
	/** Whether an idle connection may carry it. A reset of one would leave the outcome unknown. */
	mayReuseConnection: boolean;
	/** Kept up to date by the endpoint. */
	fact: SendFact;
}

/** The charge that the present call belongs to. Requests that change nothing (GET) never count. */
export const charges = new AsyncLocalStorage<Charge>();
