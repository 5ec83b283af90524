import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Problem } from './problem';

export interface Ports {
	/** The command, for messages. */
	command: 'npm start' | 'npm run dev';
	/** Port of n8n. */
	port: number;
	/** Port of the first sandbox; the others follow. */
	sandboxPort: number;
}

export interface DemoOptions extends Ports {
	/** Run the pipeline, print the summary and end. */
	once: boolean;
}

export interface DevOptions extends Ports {
	/** Port on which n8n waits for a debugger. */
	inspectPort: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the flags of `npm start`: `--port`, `--sandbox-port` and `--once`. If a port's flag is missing, N8N_PORT or
 * SANDBOX_PORT of the environment applies.
 */
export function readOptions(args: readonly string[], environment: Environment): DemoOptions {
	const command = 'npm start';
	const values = parse(command, '[--once]', args, { once: { type: 'boolean' } });
	return { command, ...portsOf(values, environment), once: values['once'] === true };
}

/** Reads the flags of `npm run dev`: `--port`, `--sandbox-port` and `--inspect-port` (9229 when missing). */
export function readDevOptions(args: readonly string[], environment: Environment): DevOptions {
	const command = 'npm run dev';
	const values = parse(command, '[--inspect-port 9229]', args, { 'inspect-port': { type: 'string' } });
	const inspectPort = portOf('--inspect-port', values['inspect-port'] ?? '9229');
	return { command, ...portsOf(values, environment), inspectPort };
}

function portsOf(values: Values, environment: Environment): { port: number; sandboxPort: number } {
	return {
		port: portOf('--port', values['port'] ?? environment['N8N_PORT'] ?? '5678'),
		sandboxPort: portOf('--sandbox-port', values['sandbox-port'] ?? environment['SANDBOX_PORT'] ?? '3001'),
	};
}

type Flags = NonNullable<ParseArgsConfig['options']>;
type Values = Readonly<Record<string, unknown>>;

function parse(command: string, usage: string, args: readonly string[], own: Flags): Values {
	try {
		const options: Flags = { port: { type: 'string' }, 'sandbox-port': { type: 'string' }, ...own };
		return parseArgs({ args: [...args], options }).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new Problem(`${reason}\nUsage: ${command} -- ${usage} [--port 5678] [--sandbox-port 3001]`);
	}
}

function portOf(flag: string, value: unknown): number {
	const port = Number(value);
	if (!/^\d+$/.test(String(value)) || port < 1 || port > 65_535)
		throw new Problem(`${flag} must be a number from 1 to 65535, not "${String(value)}"`);
	return port;
}
