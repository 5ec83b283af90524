import type { IExecuteFunctions } from 'n8n-workflow';

/** One line a minute in the log, however many jobs and looks there are. */
export const logEveryMs = 60_000;
/** As often at most the editor is told. */
export const reportEveryMs = 5_000;

/** Tells how a node that waits is getting on. */
export interface Progress {
	/** An item is done. */
	done(outcome: { failed: boolean }): void;
	/** Nothing more is told. */
	end(): void;
}

/**
 * Says how many of a node's items are done while it waits: one line a minute in n8n's log, and, where the node was
 * started in the editor, every few seconds in the console of the browser, which is what n8n offers a node for it.
 */
export function progressOf(
	context: Pick<IExecuteFunctions, 'getNode' | 'logger' | 'sendMessageToUI'>,
	total: number,
): Progress {
	const { name } = context.getNode();
	let done = 0;
	let failed = 0;
	let reported = 0;
	const line = () => `${name}: ${done} of ${total} done${failed > 0 ? `, ${failed} of them failed` : ''}`;
	const log = setInterval(() => context.logger.info(line()), logEveryMs);
	const tell = setInterval(() => {
		if (reported === done) return;
		reported = done;
		context.sendMessageToUI(line());
	}, reportEveryMs);
	// Neither keeps a process alive that would end.
	log.unref();
	tell.unref();
	return {
		done: (outcome) => {
			done++;
			if (outcome.failed) failed++;
		},
		end: () => {
			clearInterval(log);
			clearInterval(tell);
		},
	};
}
