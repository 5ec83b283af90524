import { timeLimit } from './timeLimit';

it.each([0.5, 599_984.871_95, 2 ** 31, 1e300, Number.POSITIVE_INFINITY])('%d ms is a valid time', (ms) => {
	expect(timeLimit(ms).aborted).toBe(false);
});

it.each([-1.5, 0])('%d ms are over at once', async (ms) => {
	const signal = timeLimit(ms);
	await new Promise((resolve) => signal.addEventListener('abort', resolve));
	expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});
