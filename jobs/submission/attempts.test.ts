import { ImageError } from '../../model/errors';
import type { Attempt } from '../../model/job';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { addAttempt, notAcceptedByAny, withAttempts } from './attempts';
import { ejection } from './circuitBreaker';
import { PoolMember } from './poolMember';

const attempt: Attempt = { provider: 'fake', endpoint: 'main', code: 'auth', message: 'Wrong key' };
const auth = new ImageError('auth', { message: 'Wrong key', hint: 'Check the key', httpStatus: 401 });
const busy = (retryAfterMs: number | null) =>
	new ImageError('rateLimited', { message: 'Slow down', httpStatus: 429, retryAfterMs });

it.each<[string, ImageError[], object]>([
	['no failure', [], { code: 'overloaded', retryable: true, hint: null, httpStatus: null, retryAfterMs: null }],
	['a permanent failure', [auth], { code: 'auth', retryable: false, hint: 'Check the key', retryAfterMs: null }],
	['a retryable failure', [auth, busy(5_000)], { code: 'rateLimited', retryable: true, retryAfterMs: 5_000 }],
	['the shortest of two pauses', [busy(5_000), auth, busy(2_000)], { retryAfterMs: 2_000, httpStatus: 429 }],
	['no pause for one of them', [busy(5_000), busy(null)], { retryAfterMs: 0 }],
])('the error of all endpoints shows %s, and that nothing was made', (_what, failures, shown) => {
	const error = notAcceptedByAny(failures, [attempt, { ...attempt, endpoint: 'second', message: 'Slow down' }]);
	expect(error).toMatchObject({
		...shown,
		message: 'No endpoint took the request. fake, main: Wrong key; fake, second: Slow down',
		delivery: 'notSent',
		outcome: 'notAccepted',
	});
});

it('a snapshot gets the endpoint and the attempts only if there are any', () => {
	const snapshot = snapshotOf('job-1', 'queued');
	expect(withAttempts(snapshot, null, [])).toEqual(snapshot);
	expect(withAttempts(snapshot, 'main', [attempt]).job).toEqual({
		...snapshot.job,
		endpoint: 'main',
		attempts: [attempt],
	});
});

describe('the attempts of an item', () => {
	const { clock, endpoint } = fakeEndpoint();
	const memberOf = (name: string) => new PoolMember({ name, priority: 0, weight: 1, models: [] }, endpoint, clock);

	it('have each kind of error of an endpoint once', () => {
		const attempts: Attempt[] = [];
		for (const name of ['main', 'second']) {
			const member = memberOf(name);
			for (const error of [auth, auth, busy(null), auth]) addAttempt(attempts, member, error, clock.now());
		}
		expect(attempts.map(({ endpoint: name, code }) => [name, code])).toEqual([
			['main', 'auth'],
			['main', 'rateLimited'],
			['second', 'auth'],
			['second', 'rateLimited'],
		]);
	});

	it('show that an endpoint is not used only if no error of that endpoint explains it', async () => {
		const member = memberOf('main');
		for (let n = 0; n < ejection.after; n++)
			await member.attempt(() => Promise.reject(auth)).catch(() => undefined);
		const resting = member.resting(clock.now());
		const [explained, unexplained]: [Attempt[], Attempt[]] = [[attempt], [{ ...attempt, endpoint: 'second' }]];
		for (const attempts of [explained, unexplained]) addAttempt(attempts, member, resting, clock.now());
		expect(explained).toHaveLength(1);
		expect(unexplained.map(({ code }) => code)).toEqual(['auth', 'overloaded']);
	});
});
