/**
 * Preloaded into a started n8n: standard input is a pipe held by whoever started it, so its end means that the starter
 * is gone, however it died. n8n leads its own process group; ending the group takes the task runners along.
 */
const { isMainThread } = require('node:worker_threads');

// Worker threads load this too, and their standard input ends at once.
if (isMainThread) {
	// Forked children would inherit the flag; they belong to the group and need no watch of their own.
	const flag = process.execArgv.indexOf('--require');
	if (flag !== -1) process.execArgv.splice(flag, 2);
	// Nor can they listen on the debugger's port a second time.
	const inspect = process.execArgv.findIndex((arg) => arg.startsWith('--inspect'));
	if (inspect !== -1) process.execArgv.splice(inspect, 1);
	process.stdin.on('end', () => {
		try {
			process.kill(-process.pid, 'SIGKILL');
		} catch {
			process.kill(process.pid, 'SIGKILL');
		}
	});
	process.stdin.on('error', () => {});
	process.stdin.resume();
	process.stdin.unref?.();
}
