import { asProblem } from './problem';
import type { Started } from './stage';

/** The message of a command after the start. */
export interface Ready {
	/** Printed for the user who ran the command. */
	text: string;
	/** If true, everything ends at once. Otherwise it runs until Ctrl-C. */
	endNow: boolean;
}

/**
 * Runs a command that starts n8n and the sandbox. They run until Ctrl-C, or until the command that started this process
 * ends. Then it ends them and exits.
 */
export function runUntilAsked(start: (started: Started) => Promise<Ready>): void {
	main(start).then(
		(exitCode) => process.exit(exitCode),
		(error: unknown) => {
			console.error(error);
			process.exit(1);
		},
	);
}

async function main(start: (started: Started) => Promise<Ready>): Promise<number> {
	const started: Started = {};
	let ready = false;
	const asked = new Promise<void>((resolve) => {
		let times = 0;
		const ask = (): void => {
			times += 1;
			// Before the start is complete, or at a second signal: exit at once. Child processes watch this process and
			// end with it.
			if (!ready || times > 1) process.exit(130);
			resolve();
		};
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
		// The command that started this process has ended.
		process.on('disconnect', ask);
	});
	try {
		const { text, endNow } = await start(started);
		console.log(text);
		ready = true;
		if (endNow) return 0;
		const exitCode = await untilEnd(started, asked);
		console.log('\nEnding n8n and the sandbox …');
		return exitCode;
	} catch (error) {
		const problem = asProblem(error);
		console.error(problem === undefined ? error : `\n${problem}`);
		return 1;
	} finally {
		ready = true;
		await end(started);
	}
}

/** Waits until the user ends everything, or until n8n or the sandbox ends by itself. Gives the exit code. */
async function untilEnd({ n8n, sandbox }: Started, asked: Promise<void>): Promise<number> {
	const broke = await Promise.race([
		asked.then(() => undefined),
		n8n?.ended.then(() => `n8n ended by itself.\n${n8n.logTail()}`),
		sandbox?.ended.then(() => `The sandbox ended by itself.\n${sandbox.logTail()}`),
	]);
	if (broke !== undefined) console.error(broke);
	return broke === undefined ? 0 : 1;
}

/** Ends what was started. n8n ends first, because it may still send requests to the sandbox. */
async function end({ n8n, sandbox }: Started): Promise<void> {
	await n8n?.stop(15_000);
	await sandbox?.stop();
}
