import type { ICredentialTestFunctions } from 'n8n-workflow';
import { AiBatch } from '../../nodes/AiBatch/AiBatch.node';
import type { AnySandbox } from '../../sandbox/backends';
import { canary } from '../support/canaries';
import { kits, startKit } from '../support/conformanceKits';
import { loopback } from '../support/loopback';

const key = canary('server-key');
const kit = kits.find(({ backend }) => backend.id === 'aiBatch');
const test = async (baseUrl: string, more: Record<string, unknown> = {}) =>
	await new AiBatch().methods.credentialTest.testAiBatch.call({} as ICredentialTestFunctions, {
		id: '1',
		name: 'Tried',
		type: 'aiBatchApi',
		data: { baseUrl, upstream: 'gemini', upstreamApiKey: canary('upstream'), apiKey: key, ...more },
	});

describe.each(['document', 'real'])('a server of the dialect %s', (dialect) => {
	let sandbox: AnySandbox | undefined;
	beforeAll(async () => {
		sandbox = kit && (await startKit(kit, { dialect }));
	});
	afterAll(() => sandbox?.close());

	it.each([200, 503])('is accepted if its health is %i', async (healthStatus) => {
		sandbox?.settings({ healthStatus });
		expect(await test(sandbox?.url ?? '')).toMatchObject({ status: 'OK' });
	});

	it('is not accepted with a path too many', async () => {
		expect(await test(`${sandbox?.url ?? ''}/api/v1`)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(
				/No AI Batch server answers at http:\/\/127\.0\.0\.1:\d+\/api\/v1: /,
			) as string,
		});
	});
});

it.each([
	[401, 'application/json', '{"success": false, "error": "wrong key"}', /answered 401 \(wrong key Bearer \*\*\*\)/],
	[200, 'text/html', '<html>Welcome</html>', /No AI Batch server answers/],
	[503, 'text/html', '<html>Bad Gateway</html>', /No AI Batch server answers/],
])('a server that answers %i with %s is an error', async (status, type, body, message) => {
	const server = await loopback((request, response) => {
		response
			.writeHead(status, { 'content-type': type })
			.end(body.replace('wrong key', `wrong key ${request.headers.authorization ?? ''}`));
	});
	const result = await test(server.url);
	await server.close();
	expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(message) as string });
	expect(result.message).not.toContain(key);
});

it('a server that cannot be reached, and a missing field, are errors that say so', async () => {
	expect((await test('http://127.0.0.1:9')).message).toContain('nothing listens at http://127.0.0.1:9');
	expect((await test('http://127.0.0.1:9', { upstreamApiKey: '' })).message).toContain('Upstream API Key is empty');
});
