import { GrowingSchedule } from '../jobs/polling/growingSchedule';
import type { Json } from '../memory/memory';
import { type Simulated, simulate } from '../test/support/simulation';
import type { Figure } from './report';

/** A figure of the batch under each schedule. */
export type BySchedule = (name: keyof Simulated, unit: string, factor?: number) => Figure[];

/**
 * The same batch with either schedule, polled without webhooks in virtual time, so that only the schedule differs. It
 * takes about a second. The adaptive schedule runs cold and warm; the simple one learns nothing.
 */
export async function compareSchedules(load: { jobs: number; inFlight: number; meanMs: number }): Promise<BySchedule> {
	const batch = { ...load, requestsPerMinute: null };
	const values: Record<string, Json> = {};
	const learned = {
		read: async () => ({ ...values }),
		write: (more: Readonly<Record<string, Json>>) => void Object.assign(values, more),
		digest: (text: string) => text,
	};
	const cold = await simulate({ ...batch, learned });
	const warm = await simulate({ ...batch, learned });
	const simple = await simulate({ ...batch, schedule: (facts) => new GrowingSchedule(facts) });
	return (name, unit, factor = 1) => [
		{ name: 'in virtual time, adaptive schedule', value: factor * cold[name], warm: factor * warm[name], unit },
		{ name: 'in virtual time, growing pauses instead', value: factor * simple[name], unit },
	];
}
