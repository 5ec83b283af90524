import type { IExecuteFunctions } from 'n8n-workflow';

/** Time between two lines in the log, ms. */
export const logEveryMs = 60_000;
/** Shortest time between two messages to the editor, ms. */
export const reportEveryMs = 5_000;

/** Reports the progress of a node that waits. */
export interface Progress {
	/** An item is done. */
	done(outcome: { failed: boolean }): void;
	/** Stops the reports. */
	end(): void;
}

/**
 * Reports how many of a node's items are done while it waits: one line per minute in n8n's log, and, for a run in the
 * editor, every few seconds in the browser's console. n8n cannot show the progress of a node in any other way.
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
	const report = setInterval(() => {
		if (reported === done) return;
		reported = done;
		context.sendMessageToUI(line());
	}, reportEveryMs);
	// The timers must not keep the process alive.
	log.unref();
	report.unref();
	return {
		done: (outcome) => {
			done++;
			if (outcome.failed) failed++;
		},
		end: () => {
			clearInterval(log);
			clearInterval(report);
		},
	};
}
