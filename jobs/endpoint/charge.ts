import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiStream } from '../../http/apiClient';
import { outcomeOf } from '../../model/errors';
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

/** Sends a request that may cost money: recorded right before it leaves, and how far it got where no answer comes. */
export async function charged<A>(charge: Charge | undefined, send: () => Promise<A>): Promise<A> {
	if (!charge) return await send();
	await charge.leaving();
	charge.fact = { kind: 'unanswered', timedOut: false };
	const sent = await outcomeOf(send());
	if (sent.ok) return sent.value;
	const { delivery, code } = sent.error;
	charge.fact = delivery === 'notSent' ? { kind: 'notSent' } : { kind: 'unanswered', timedOut: code === 'timeout' };
	throw sent.error;
}

/** What a streamed answer says is known only to who reads it. */
export function readForCharge(stream: ApiStream, charge: Charge): ApiStream {
	return {
		...stream,
		text: async () => {
			const text = await stream.text();
			charge.fact = { kind: 'answered', answer: { status: stream.status, headers: stream.headers, text } };
			return text;
		},
	};
}
