/**
 * Entry of every npm script: `node scripts/run.cjs <command> [arguments]`.
 * Only syntax that old releases of Node.js can read, so that they get a message instead of a syntax error.
 */
var oldest = 20;
if (parseInt(process.versions.node, 10) < oldest) {
	console.error(
		'This project needs Node.js ' +
			oldest +
			' or newer to set itself up; this is Node.js ' +
			process.versions.node +
			'.',
	);
	console.error('Install a newer one from https://nodejs.org and run the command again.');
	process.exit(1);
}
import('./setup/main.mjs')
	.then(function (setup) {
		return setup.main(process.argv.slice(2));
	})
	.then(function (exitCode) {
		process.exitCode = exitCode;
	});
