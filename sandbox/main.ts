import { runCli } from './cli';

/** Runs the sandboxes of the command line until a signal stops them. */
async function main(): Promise<void> {
	const result = await runCli(process.argv.slice(2));
	const { sandboxes } = result;
	if (!sandboxes) {
		process.exitCode = result.exitCode;
		(result.exitCode === 0 ? console.log : console.error)(result.text);
		return;
	}
	const stop = () => {
		for (const sandbox of sandboxes) void sandbox.close();
	};
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
	// Printed last, because a process that waits for this line may stop the sandbox at once.
	console.log(result.text);
}

void main();
