import fc from 'fast-check';
import { type Admission, CircuitBreaker, coolDownMs, ejection } from './circuitBreaker';

/** A breaker that has opened after consecutive failures, at time 0. */
function opened(): CircuitBreaker {
	const breaker = new CircuitBreaker();
	for (let n = 0; n < ejection.after; n++) {
		breaker.admit(0);
		breaker.failed(0);
	}
	return breaker;
}

it('the cool-down doubles up to its longest', () => {
	expect([1, 2, 3, 6, 7, 8, 1e9].map(coolDownMs)).toEqual([
		5_000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000,
	]);
});

it('one probe is admitted when the cool-down is over, and no other request until its result', () => {
	const breaker = opened();
	expect(breaker.admit(ejection.coolDownMs - 1)).toBeNull();
	expect(breaker.admit(ejection.coolDownMs)).toBe('probe');
	expect(breaker.admit(ejection.coolDownMs + 1e9)).toBeNull();
	breaker.succeeded('probe');
	expect(breaker.state).toEqual({ name: 'closed', failures: 0 });
});

it('requests that were sent before it opened neither close it nor make the cool-down longer', () => {
	const breaker = opened();
	breaker.succeeded('request');
	breaker.failed(1_000);
	expect(breaker.state).toEqual({ name: 'open', retryAt: ejection.coolDownMs, coolDowns: 1 });
	breaker.admit(ejection.coolDownMs);
	breaker.succeeded('request');
	expect(breaker.state.name).toBe('probing');
});

it('opens again for longer where an earlier request fails during a probe, whatever becomes of the probe', () => {
	const breaker = opened();
	breaker.admit(ejection.coolDownMs);
	breaker.failed(ejection.coolDownMs);
	breaker.succeeded('probe');
	expect(breaker.state).toEqual({ name: 'open', retryAt: 3 * ejection.coolDownMs, coolDowns: 2 });
});

it('opens after failures in a row alone, and every cool-down in a row is as long as its number says', () => {
	const step = fc.oneof(
		{ weight: 3, arbitrary: fc.constant('fault' as const) },
		{ weight: 2, arbitrary: fc.constant('success' as const) },
		{ weight: 3, arbitrary: fc.integer({ min: 0, max: 400_000 }) },
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
			const breaker = new CircuitBreaker();
			let now = 0;
			// The breaker's expected state, for requests one after the other.
			let inARow = 0;
			let coolDowns = 0;
			let openUntil: number | null = null;
			for (const step of steps) {
				if (typeof step === 'number') {
					now += step;
					continue;
				}
				const admitted = breaker.admit(now);
				const expected: Admission | null = openUntil === null ? 'request' : now >= openUntil ? 'probe' : null;
				expect(admitted).toBe(expected);
				if (admitted === null) continue;
				if (step === 'fault') breaker.failed(now);
				else breaker.succeeded(admitted);
				inARow = step === 'fault' ? inARow + 1 : 0;
				if (step === 'success') {
					coolDowns = 0;
					openUntil = null;
				} else if (openUntil !== null || inARow >= ejection.after) {
					coolDowns++;
					openUntil = now + coolDownMs(coolDowns);
				}
				expect(breaker.state).toEqual(
					openUntil === null
						? { name: 'closed', failures: inARow }
						: { name: 'open', retryAt: openUntil, coolDowns },
				);
			}
		}),
	);
});

it('with any results in any order, at most one probe is under way, and none before its time', () => {
	const act = fc.oneof(
		fc.record({ kind: fc.constant('admit' as const), afterMs: fc.integer({ min: 0, max: 20_000 }) }),
		fc.record({ kind: fc.constant('end' as const), which: fc.nat(), isFault: fc.boolean() }),
	);
	fc.assert(
		fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
			const breaker = new CircuitBreaker();
			const underWay: Admission[] = [];
			let now = 0;
			for (const act of acts) {
				if (act.kind === 'admit') {
					now += act.afterMs;
					const before = breaker.state;
					const admitted = breaker.admit(now);
					if (admitted === 'probe') expect(before).toMatchObject({ name: 'open' });
					if ('retryAt' in before && before.retryAt > now) expect(admitted).toBeNull();
					if (before.name === 'probing') expect(admitted).toBeNull();
					if (before.name === 'closed') expect(admitted).toBe('request');
					if (admitted) underWay.push(admitted);
				} else {
					const [ended] = underWay.splice(act.which % Math.max(1, underWay.length), 1);
					if (ended === undefined) continue;
					if (act.isFault) breaker.failed(now);
					else breaker.succeeded(ended);
				}
			}
		}),
	);
});
