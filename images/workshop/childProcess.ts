import { type ChildProcess, fork } from 'node:child_process';
import { extname, join } from 'node:path';

/** Variables that the process for images gets. The others of n8n, its secrets among them, stay in n8n. */
const passedOn = ['SystemRoot', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP'];

/** Memory of its JavaScript, in MB. The images are outside of it. */
const heapMegabytes = 128;

/** Starts a process for images. It keeps n8n neither alive nor from ending. */
export function startChild(): ChildProcess {
	// The same kind of file as this one: `.js` when built, `.ts` in a test, where Node strips the types by itself.
	const extension = extname(__filename);
	const child = fork(join(__dirname, `child${extension}`), [], {
		cwd: __dirname,
		env: {
			...Object.fromEntries(passedOn.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : []))),
			// One thread decodes and one reads the file: a container may limit threads, and each has its own memory.
			UV_THREADPOOL_SIZE: '2',
			MALLOC_ARENA_MAX: '2',
		},
		execArgv: [`--max-old-space-size=${heapMegabytes}`, '--v8-pool-size=1', '--no-warnings'],
		serialization: 'advanced',
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
		windowsHide: true,
	});
	// Whoever waits for it hears of an error. Without a listener, an error at another time would end n8n.
	child.on('error', () => undefined);
	child.unref();
	child.channel?.unref();
	return child;
}
