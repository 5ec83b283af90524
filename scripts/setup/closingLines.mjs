/** The last line of every runner, such as `unit: 34 passed, 0 failed, 0 skipped`. */
export function closingLine(name, { passed, failed, skipped }) {
	return `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The counts in a runner's output; undefined if the output ends before the closing line. */
export function countsIn(output, name) {
	const pattern = new RegExp(`^${name}: (\\d+) passed, (\\d+) failed, (\\d+) skipped\\s*$`, 'gm');
	const last = [...output.matchAll(pattern)].at(-1);
	return last && { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3]) };
}

/**
 * Whether a runner's result is good enough for the whole run to pass. In CI (`CI=true`) a skip is a failure, because no
 * other run would run that test. A runner that ran nothing has not passed either.
 */
export function isGood({ exitCode, counts }, ci) {
	if (exitCode !== 0 || !counts || counts.failed > 0) return false;
	if (counts.skipped > 0 && ci) return false;
	return counts.passed + counts.skipped > 0;
}
