import { parseArgs } from 'node:util';
import { Problem } from './problem.mjs';

const help = `Usage: npm run test:faults -- [--seed 7] [--only zImage/poll/reset-before]

Runs every provider with every verb under every fault (docs/faults.md), and prints one line for each verb. The line of
each cell is in test/artifacts/faults.txt.

  --seed   a number: what is random comes from it; the run prints it
  --only   the id of a cell, the beginning of one (zImage/poll), or a pattern (.*/reset-before)`;

/**
 * The environment of the run for these flags; undefined if they ask for help, which is then printed.
 * @throws {Problem} if a flag is unknown, or the seed is not a number
 */
export function faultsEnvironment(args) {
	const { seed, only, help: wantsHelp } = flagsIn(args);
	if (wantsHelp) {
		console.log(help);
		return undefined;
	}
	if (seed !== undefined && !/^\d{1,9}$/.test(seed)) throw new Problem(`--seed ${seed} is not a number.`);
	return { ...(seed && { FAULTS_SEED: seed }), ...(only && { FAULTS_ONLY: only }) };
}

function flagsIn(args) {
	const options = { seed: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } };
	try {
		return parseArgs({ args, options }).values;
	} catch (error) {
		throw new Problem(`${error.message.split(/\.\s/)[0]}. Run "npm run test:faults -- --help" for the flags.`);
	}
}
