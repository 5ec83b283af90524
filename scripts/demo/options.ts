import { parseArgs } from 'node:util';
import { Problem } from './problem';

export interface DemoOptions {
	port: number;
	sandboxPort: number;
	/** Run the pipeline, print the summary and end. */
	once: boolean;
}

/**
 * Reads `--port`, `--sandbox-port` and `--once`; the environment's N8N_PORT and SANDBOX_PORT count where no flag is
 * given.
 */
export function readOptions(
	args: readonly string[],
	environment: Readonly<Record<string, string | undefined>>,
): DemoOptions {
	const values = parse(args);
	return {
		port: portOf('--port', values.port ?? environment['N8N_PORT'] ?? '5678'),
		sandboxPort: portOf('--sandbox-port', values['sandbox-port'] ?? environment['SANDBOX_PORT'] ?? '3001'),
		once: values.once,
	};
}

function parse(args: readonly string[]): {
	port?: string | undefined;
	'sandbox-port'?: string | undefined;
	once: boolean;
} {
	try {
		const options = {
			port: { type: 'string' },
			'sandbox-port': { type: 'string' },
			once: { type: 'boolean', default: false },
		} as const;
		return parseArgs({ args: [...args], options }).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new Problem(`${reason}\nUsage: npm start -- [--once] [--port 5678] [--sandbox-port 3001]`);
	}
}

function portOf(flag: string, value: string): number {
	const port = Number(value);
	if (!/^\d+$/.test(value) || port < 1 || port > 65_535)
		throw new Problem(`${flag} must be a number from 1 to 65535, not "${value}"`);
	return port;
}
