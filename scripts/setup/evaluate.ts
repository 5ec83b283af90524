import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * For tests: imports a module of this folder as `m`, evaluates an expression and gives its value. The setup is plain
 * ESM and must run before anything is installed, so its tests run in a separate Node.js.
 */
export function evaluate(file: string, expression: string): unknown {
	const code = `
		const m = await import(${JSON.stringify(join(__dirname, file))});
		console.log(JSON.stringify(await (${expression})));`;
	return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
}
