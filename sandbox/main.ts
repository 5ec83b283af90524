import { runCli } from './cli';

/** Runs the sandbox of the command line until it is told to stop. */
async function main(): Promise<void> {
	const result = await runCli(process.argv.slice(2));
	const { sandbox } = result;
	if (!sandbox) {
		process.exitCode = result.exitCode;
		(result.exitCode === 0 ? console.log : console.error)(result.text);
		return;
	}
	const stop = () => void sandbox.close();
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
	// Said last: whoever waits for this line may stop us at once.
	console.log(result.text);
}

void main();
