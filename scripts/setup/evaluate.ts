import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Imports a module of this folder as `m`, evaluates an expression and gives its value, for tests.
 * The setup is plain ESM that must run before anything is installed, so it is tested in a Node.js of its own.
 */
export function evaluate(file: string, expression: string): unknown {
	const code = `
		const m = await import(${JSON.stringify(join(__dirname, file))});
		console.log(JSON.stringify(await (${expression})));`;
	return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
}
