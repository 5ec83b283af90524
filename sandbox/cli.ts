import { parseArgs } from 'node:util';
import { startImageSaasSandbox, type ImageSaasSandbox, type Settings } from './index';

const USAGE = 'Usage: node .build/sandbox/main.js [--port 3001] [--dialect document|real] [--webhook-url URL]';

/** What came of a command line: a running sandbox, or a text to print and an exit code. */
export type CliResult = { sandbox: ImageSaasSandbox; text: string } | { sandbox: null; text: string; exitCode: number };

/** Does what a command line asks for. */
export async function runCli(args: string[]): Promise<CliResult> {
	try {
		const { values } = parseArgs({
			args,
			options: {
				port: { type: 'string', default: '3001' },
				dialect: { type: 'string', default: 'document' },
				'webhook-url': { type: 'string' },
				help: { type: 'boolean', default: false },
			},
		});
		if (values.help) return { sandbox: null, text: USAGE, exitCode: 0 };
		const dialect = dialectOf(values.dialect);
		const settings: Partial<Settings> = { dialect, webhookUrl: values['webhook-url'] ?? null };
		const sandbox = await startImageSaasSandbox({ port: portOf(values.port), settings });
		return { sandbox, text: `Image SaaS sandbox (${dialect}) at ${sandbox.url}, docs at ${sandbox.url}/docs` };
	} catch (error) {
		return { sandbox: null, text: explained(error), exitCode: 1 };
	}
}

function dialectOf(value: string): Settings['dialect'] {
	if (value === 'document' || value === 'real') return value;
	throw new Error(`--dialect must be "document" or "real", not "${value}"`);
}

function portOf(value: string): number {
	if (/^\d+$/.test(value) && Number(value) <= 65535) return Number(value);
	throw new Error(`--port must be a number from 0 to 65535, not "${value}"`);
}

function explained(error: unknown): string {
	// Not `instanceof`: under jest the errors of Node itself are of another world's Error.
	const message = Error.isError(error) ? error.message : String(error);
	const isTaken = Error.isError(error) && 'code' in error && error.code === 'EADDRINUSE';
	return isTaken ? `${message}. Stop what listens there, or choose another port with --port.` : `${message}\n${USAGE}`;
}
