import { backends } from './backends';
import { runCli } from './cli';

test('it starts a sandbox and says in one line where that and its docs are', async () => {
	const { sandboxes, text } = await runCli([
		'--port',
		'0',
		'--dialect',
		'real',
		'--webhook-url',
		'http://127.0.0.1:9/hook',
	]);
	const [sandbox] = sandboxes ?? [];
	const settings: unknown = await (await fetch(`${sandbox?.url}/__sandbox/settings`)).json();
	await sandbox?.close();
	expect(text).toBe(`Image SaaS sandbox (real) at ${sandbox?.url}, docs at ${sandbox?.url}/docs`);
	expect(settings).toMatchObject({ dialect: 'real', webhookUrl: 'http://127.0.0.1:9/hook' });
});

test('all backends start together, each with a line of its own', async () => {
	const { sandboxes, text } = await runCli(['--all', '--port', '0']);
	const books = await Promise.all(
		(sandboxes ?? []).map(async ({ url }) => (await fetch(`${url}/__sandbox/books`)).status),
	);
	await Promise.all((sandboxes ?? []).map((sandbox) => sandbox.close()));
	expect(books).toEqual(backends.map(() => 200));
	expect(text.split('\n')).toHaveLength(backends.length);
});

test('a port that is taken ends in one clear line', async () => {
	const [first] = (await runCli(['--port', '0'])).sandboxes ?? [];
	const second = await runCli(['--port', String(first?.port)]);
	await first?.close();
	expect(second).toMatchObject({
		sandboxes: null,
		exitCode: 1,
		text: expect.stringMatching(/^listen EADDRINUSE.*--port\.$/),
	});
});

test.each([
	['--port', '99999'],
	['--port', 'x'],
	['--dialect', 'french'],
	['--webhook-url', 'ftp://x'],
	['--backend', 'nobody'],
	['--nonsense'],
])('%s %s is rejected with the usage', async (...args) => {
	expect(await runCli(args)).toMatchObject({ sandboxes: null, exitCode: 1, text: expect.stringContaining('Usage:') });
});
