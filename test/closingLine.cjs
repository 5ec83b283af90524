/** Prints one plain closing line a project, e.g. `unit: 34 passed, 0 failed, 0 skipped`, for people and for CI. */
module.exports = class ClosingLine {
	constructor() {
		this.counts = new Map();
	}

	onTestResult(test, result) {
		const name = test.context.config.displayName?.name ?? 'tests';
		const count = this.counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
		count.passed += result.numPassingTests;
		count.failed += result.numFailingTests + (result.testExecError ? 1 : 0);
		count.skipped += result.numPendingTests + result.numTodoTests;
		this.counts.set(name, count);
	}

	onRunComplete() {
		for (const [name, { passed, failed, skipped }] of this.counts) {
			console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
		}
	}
};
