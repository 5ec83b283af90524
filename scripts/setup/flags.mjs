import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './places.mjs';
import { Problem } from './problem.mjs';

/** The flags of `npm start` and `npm run dev`. The compiled scripts read the same file. */
const file = join(root, 'scripts', 'demo', 'flags.json');

/**
 * Checks the flags of a command before anything is installed.
 * @param name `start` or `dev`
 * @returns the usage if the flags ask for it; otherwise undefined
 * @throws if a flag is unknown
 */
export function checkFlags(name, args) {
	const { command, does, flags } = JSON.parse(readFileSync(file, 'utf8'))[name];
	const options = Object.fromEntries(
		Object.entries(flags).map(([flag, { type, short }]) => [flag, { type, ...(short && { short }) }]),
	);
	try {
		return parseArgs({ args, options }).values.help ? usage(command, does, flags) : undefined;
	} catch (error) {
		throw new Problem(`${firstSentence(error)} Run "${command} -- --help" for the list of flags.`);
	}
}

function usage(command, does, flags) {
	const lines = Object.entries(flags).map(
		([flag, { value, says }]) => `  ${`--${flag}${value ? ` ${value}` : ''}`.padEnd(24)}${says}`,
	);
	return [does, '', `Usage: ${command} -- [flags]`, ...lines].join('\n');
}

/** Node.js adds hints for programmers after the first sentence. */
function firstSentence(error) {
	const [sentence] = error.message.split(/\.\s/);
	return `${sentence.replace(/\.$/, '')}.`;
}
