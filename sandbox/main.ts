import { parseArgs } from 'node:util';
import { startImageSaasSandbox, type Settings } from './index';

const USAGE = `Usage: node .build/sandbox/main.js [--port 3001] [--dialect document|real] [--webhook-url URL]`;

/** Starts the Image SaaS sandbox from the command line and runs until it is told to stop. */
async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '3001' },
			dialect: { type: 'string', default: 'document' },
			'webhook-url': { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port must be a number from 0 to 65535, not "${values.port}"`);
	const { dialect } = values;
	if (dialect !== 'document' && dialect !== 'real') throw new Error(`--dialect must be "document" or "real", not "${dialect}"`);
	const settings: Partial<Settings> = { dialect, webhookUrl: values['webhook-url'] ?? null };
	const sandbox = await startImageSaasSandbox({ port, settings });
	console.log(`Image SaaS sandbox (${dialect}) at ${sandbox.url}, docs at ${sandbox.url}/docs`);
	const stop = () => void sandbox.close().then(() => process.exit(0));
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
	const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
	const message = error instanceof Error ? error.message : String(error);
	console.error(isTaken ? `${message}. Stop what listens there, or choose another port with --port.` : `${message}\n${USAGE}`);
	process.exitCode = 1;
});
