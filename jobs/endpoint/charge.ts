import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiStream } from '../../http/apiClient';
import { outcomeOf } from '../../model/errors';
import type { Answered } from '../../providers/provider';

/** How far a request that can cost money got. */
export type SendFact =
	/** The request did not reach the provider, or only a part of it. */
	| { kind: 'notSent' }
	/** It was sent, and no complete answer arrived. */
	| { kind: 'unanswered'; timedOut: boolean }
	| { kind: 'answered'; answer: Answered };

/** A request that can cost money. It passes through the layers in an async context. */
export interface Charge {
	/** Called after pacing, right before the request is sent; if it throws, nothing is sent. */
	leaving(): Promise<void>;
	/** Whether it may use an idle connection. A reset of one leaves the outcome unknown. */
	mayReuseConnection: boolean;
	/** How far it got; the endpoint updates it. */
	fact: SendFact;
}

/** The charge of the current call. Requests that change nothing (GET) never belong to a charge. */
export const charges = new AsyncLocalStorage<Charge>();

/** Sends a request that can cost money: recorded right before it is sent; an error updates how far it got. */
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

/** The outcome of a streamed answer is known after it is read: reading it updates the charge. */
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
