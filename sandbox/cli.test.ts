import { runCli } from './cli';

test('it starts a sandbox and says in one line where that and its docs are', async () => {
	const { sandbox, text } = await runCli(['--port', '0', '--dialect', 'real', '--webhook-url', 'http://127.0.0.1:9/hook']);
	const settings: unknown = await (await fetch(`${sandbox?.url}/__sandbox/settings`)).json();
	await sandbox?.close();
	expect(text).toBe(`Image SaaS sandbox (real) at ${sandbox?.url}, docs at ${sandbox?.url}/docs`);
	expect(settings).toMatchObject({ dialect: 'real', webhookUrl: 'http://127.0.0.1:9/hook' });
});

test('a port that is taken ends in one clear line', async () => {
	const first = await runCli(['--port', '0']);
	const second = await runCli(['--port', String(first.sandbox?.port)]);
	await first.sandbox?.close();
	expect(second).toMatchObject({ sandbox: null, exitCode: 1, text: expect.stringMatching(/^listen EADDRINUSE.*--port\.$/) });
});

test.each([['--port', '99999'], ['--port', 'x'], ['--dialect', 'french'], ['--webhook-url', 'ftp://x'], ['--nonsense']])('%s %s is refused with the usage', async (...args) => {
	expect(await runCli(args)).toMatchObject({ sandbox: null, exitCode: 1, text: expect.stringContaining('Usage:') });
});
