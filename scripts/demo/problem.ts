import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../lib/paths';

/** A problem that the user can fix: shown without a stack. */
export class Problem extends Error {
	override name = 'Problem';
}

/** One sentence for an error that the user can fix, such as a read-only folder; undefined for any other. */
export function asProblem(error: unknown): string | undefined {
	if (error instanceof Problem) return error.message;
	const { code, path } = error as { code?: unknown; path?: unknown };
	if (typeof code !== 'string' || typeof path !== 'string') return undefined;
	const file = join(projectRoot, 'scripts', 'lib', 'systemErrors.json');
	const reason = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)[code];
	return reason === undefined ? undefined : `${path} ${reason}`;
}
