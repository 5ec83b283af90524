import { ImageError } from '../../model/errors';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { countingCall, enough, submitCall } from '../../test/support/providerCalls';
import { jimengAdapter } from './adapter';

const picture = 'https://img.example/1.png';
const request = { prompt: 'A fox', count: 1 };
const cut = (delivery: 'notSent' | 'ambiguous') =>
	new ImageError('network', { message: 'cut', hint: 'Check the base URL in the credential', delivery });

function session(reply: Reply) {
	const server = jsonServer(() => reply);
	return {
		...server,
		...jimengAdapter.connect(
			jimengAdapter.endpoint({ baseUrl: 'https://server.example', sessionId: 'session' }),
			server.transport,
		),
	};
}

it('a job is one request, whose answer names nothing that could be asked for', async () => {
	const { submit } = session({ body: { data: [{ url: picture }] } });
	const { call, parts, ids } = countingCall();
	expect(await submit(request, call)).toMatchObject({ job: { status: 'succeeded' }, images: [{ url: picture }] });
	expect([parts, [...ids]]).toEqual([[0], [[0, null]]]);
});

it('given up, it is not sent', async () => {
	const { submit, asked } = session({ body: { data: [{ url: picture }] } });
	await expect(submit(request, submitCall({ givenUp: enough }))).rejects.toBe(enough);
	expect(asked).toEqual([]);
});

it.each<[string, Reply, boolean]>([
	['a reset', cut('ambiguous'), false],
	['a connection that was never made', cut('notSent'), true],
	['a time-out', new ImageError('timeout', { message: 'late', delivery: 'ambiguous' }), false],
	['a gateway that gave up', { status: 504, body: '<html>Gateway Time-out</html>' }, false],
	['a page in place of the answer', { body: '<html>Welcome</html>' }, false],
	['an empty answer', { body: '' }, false],
	['a cut answer', { body: '{"data":[{"url":"https' }, false],
	['no picture', { body: { data: [] } }, false],
	["a filter's page", { status: 429, body: '<html>Slow down</html>' }, false],
	['an answer that means not accepted', { status: 429, body: { error: { message: 'too fast' } } }, true],
])('after %s a repeat is offered only where nothing can have been paid', async (_what, reply, retryable) => {
	const error: unknown = await session(reply)
		.submit(request, submitCall())
		.catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ retryable });
	if (!retryable) expect((error as ImageError).hint).not.toContain('base URL');
});
