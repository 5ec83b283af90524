/** `unit: 34 passed, 0 failed, 0 skipped`, as every runner ends. */
export function closingLine(name, { passed, failed, skipped }) {
	return `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The counts in a runner's output, or undefined where it broke off before its closing line. */
export function countsIn(output, name) {
	const pattern = new RegExp(`^${name}: (\\d+) passed, (\\d+) failed, (\\d+) skipped\\s*$`, 'gm');
	const last = [...output.matchAll(pattern)].at(-1);
	return last && { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3]) };
}

/**
 * Whether a runner's result lets the whole run pass. Where nobody looks (`CI=true`) a skip is a failure, because a test
 * that is not run there is run nowhere. A runner that ran nothing has not passed either.
 */
export function isGood({ exitCode, counts }, ci) {
	if (exitCode !== 0 || !counts || counts.failed > 0) return false;
	if (counts.skipped > 0 && ci) return false;
	return counts.passed + counts.skipped > 0;
}
