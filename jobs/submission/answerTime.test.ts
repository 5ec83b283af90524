import { ImageError } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { at } from '../../test/support/virtualClock';

it('a request that leaves shortly before the deadline has its whole time for the answer', async () => {
	const waits: number[] = [];
	const busy = () => new ImageError('rateLimited', { message: '429', httpStatus: 429, retryAfterMs: 9_000 });
	const { clock, endpoint, submit } = fakeEndpoint({
		errorAnswers: [busy(), busy(), busy()],
		can: { idempotency: 'none' },
	});
	const { submit: original } = endpoint.session;
	endpoint.session.submit = async (request, options) => {
		waits.push(options.maxWaitMs);
		return await original(request, options);
	};
	await clock.until(submit('a', { deadline: at(30_000), answerWithinMs: 30_000 }));
	expect(clock.now()).toBeGreaterThanOrEqual(27_000);
	expect(waits.at(-1)).toBe(30_000);
});
