import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../lib/paths';
import { Problem } from './problem';

export interface Ports {
	/** The command, for messages. */
	command: 'npm start' | 'npm run dev';
	/** Port of n8n. */
	port: number;
	/** Port of the first sandbox; the others follow. */
	sandboxPort: number;
	/** Folder of all files of the demo; default: `.n8n` in the checkout. */
	folder?: string;
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

/** Reads the flags of `npm start`. If a port's flag is missing, N8N_PORT or SANDBOX_PORT of the environment applies. */
export function readOptions(args: readonly string[], environment: Environment): DemoOptions {
	const values = parse('start', args);
	return { command: 'npm start', ...placesOf(values, environment), once: values['once'] === true };
}

/** Reads the flags of `npm run dev`. */
export function readDevOptions(args: readonly string[], environment: Environment): DevOptions {
	const values = parse('dev', args);
	const inspectPort = portOf('--inspect-port', values['inspect-port'] ?? '9229');
	return { command: 'npm run dev', ...placesOf(values, environment), inspectPort };
}

function placesOf(values: Values, environment: Environment): Omit<Ports, 'command'> {
	const { folder } = values;
	return {
		port: portOf('--port', values['port'] ?? environment['N8N_PORT'] ?? '5678'),
		sandboxPort: portOf('--sandbox-port', values['sandbox-port'] ?? environment['SANDBOX_PORT'] ?? '3001'),
		...(typeof folder === 'string' && { folder }),
	};
}

type Values = Readonly<Record<string, unknown>>;

/** What `flags.json` has for each command. The setup checks the flags with it before it installs anything. */
interface Command {
	command: string;
	flags: Record<string, { type: 'boolean' | 'string'; short?: string }>;
}

function parse(name: 'dev' | 'start', args: readonly string[]): Values {
	const file = join(projectRoot, 'scripts', 'demo', 'flags.json');
	const { command, flags } = (JSON.parse(readFileSync(file, 'utf8')) as Record<typeof name, Command>)[name];
	try {
		const options = Object.fromEntries(
			Object.entries(flags).map(([flag, { type, short }]) => [
				flag,
				{ type, ...(short !== undefined && { short }) },
			]),
		);
		return parseArgs({ args: [...args], options }).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new Problem(`${reason}. Run "${command} -- --help" for the list of flags.`);
	}
}

function portOf(flag: string, value: unknown): number {
	const port = Number(value);
	if (!/^\d+$/.test(String(value)) || port < 1 || port > 65_535)
		throw new Problem(`${flag} must be a number from 1 to 65535, not "${String(value)}"`);
	return port;
}
