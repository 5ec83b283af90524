const { TestEnvironment } = require('jest-environment-node');

/** One failed test is enough to kill a mutant: the file's other tests are skipped. */
module.exports = class StopAtFailure extends TestEnvironment {
	#hasFailed = false;

	async handleTestEvent(event) {
		if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.#hasFailed = true;
		if (event.name === 'test_start' && this.#hasFailed) event.test.mode = 'skip';
	}
};
