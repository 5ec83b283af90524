import { VirtualClock } from '../../test/support/virtualClock';
import { Cadence } from './adaptiveSchedule';
import { Durations } from './durations';

const durations = new Durations();
for (let n = 0; n < 20; n++) durations.record('a', 1_000 + n * 100);
const expectation = durations.expect('a');
if (!expectation) throw new Error('Enough were seen');

const job = (id: string) => ({ id, since: 0, lastRunning: null });

it('a job whose kind is known no more is not forgotten among those that are looked at together', () => {
	const clock = new VirtualClock(0);
	const known = new Set(['a', 'b']);
	const cadence = new Cadence({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		expected: (id) => (known.has(id) ? { ...expectation, since: 0 } : undefined),
	});
	expect(cadence.firstPollAt(job('a'))).toBe(Number.POSITIVE_INFINITY);
	const together = cadence.together([job('a'), job('b')], 100);
	expect(together).toBeGreaterThan(900);
	known.delete('b');
	expect(cadence.together([job('a'), job('b')], 100)).toBe(600);
	expect(cadence.nextPollAt(job('b'))).toBeLessThan(1_000);
});

it('where ends are announced a job is looked at when its own is overdue', () => {
	const clock = new VirtualClock(0);
	const cadence = new Cadence({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		announced: () => true,
		expected: (id) => (id === 'a' ? { ...expectation, since: 0 } : undefined),
	});
	expect(cadence.firstPollAt(job('a'))).toBeCloseTo(2_900 * 1.1, 6);
	expect(cadence.firstPollAt(job('strange'))).toBe(15_000);
});
