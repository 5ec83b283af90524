import { parseArgs } from 'node:util';
import { type AnySandbox, type Backend, backends } from './backends';

const USAGE = [
	'Usage: node .build/sandbox/main.js [--backend ID | --all] [--port 3001]',
	'       [--dialect document|real] [--webhook-url URL]',
	`Backends: ${backends.map(({ id }) => id).join(', ')}. The default is imageSaas.`,
	'With --all, the backends use the port and the ports after it, in this order.',
].join('\n');

/** The result of a command line: running sandboxes, or a text to print and an exit code. */
export type CliResult = { sandboxes: AnySandbox[]; text: string } | { sandboxes: null; text: string; exitCode: number };

/** Runs a command line. */
export async function runCli(args: string[]): Promise<CliResult> {
	const sandboxes: AnySandbox[] = [];
	try {
		const { values } = parseArgs({
			args,
			options: {
				backend: { type: 'string', default: 'imageSaas' },
				all: { type: 'boolean', default: false },
				port: { type: 'string', default: '3001' },
				dialect: { type: 'string', default: 'document' },
				'webhook-url': { type: 'string' },
				help: { type: 'boolean', default: false },
			},
		});
		if (values.help) return { sandboxes: null, text: USAGE, exitCode: 0 };
		const chosen = values.all ? backends : [backendOf(values.backend)];
		const dialect = dialectOf(values.dialect);
		const port = portOf(values.port);
		const lines: string[] = [];
		for (const [place, backend] of chosen.entries()) {
			const settings = {
				dialect,
				...(backend.webhooks && values['webhook-url'] ? { webhookUrl: values['webhook-url'] } : {}),
			};
			const sandbox = await backend.start({ port: port === 0 ? 0 : port + place, settings });
			sandboxes.push(sandbox);
			lines.push(`${backend.displayName} sandbox (${dialect}) at ${sandbox.url}, docs at ${sandbox.url}/docs`);
		}
		return { sandboxes, text: lines.join('\n') };
	} catch (error) {
		await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
		return { sandboxes: null, text: explained(error), exitCode: 1 };
	}
}

function backendOf(id: string): Backend {
	const backend = backends.find((candidate) => candidate.id === id);
	if (backend) return backend;
	throw new Error(`--backend must be one of ${backends.map((candidate) => candidate.id).join(', ')}, not "${id}"`);
}

function dialectOf(value: string): 'document' | 'real' {
	if (value === 'document' || value === 'real') return value;
	throw new Error(`--dialect must be "document" or "real", not "${value}"`);
}

function portOf(value: string): number {
	if (/^\d+$/.test(value) && Number(value) + backends.length - 1 <= 65535) return Number(value);
	throw new Error(`--port must be a number from 0 to ${65536 - backends.length}, not "${value}"`);
}

function explained(error: unknown): string {
	// Not `instanceof`: under jest, Node's own errors have another Error class.
	const message = Error.isError(error) ? error.message : String(error);
	const isTaken = Error.isError(error) && 'code' in error && error.code === 'EADDRINUSE';
	return isTaken
		? `${message}. Stop what listens there, or choose another port with --port.`
		: `${message}\n${USAGE}`;
}
