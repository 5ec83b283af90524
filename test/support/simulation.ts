import type { ApiAnswer } from '../../http/apiClient';
import type { EndpointDependencies } from '../../jobs/endpoint/endpoint';
import type { ScopedLearned } from '../../jobs/endpoint/learnedValues';
import { never } from '../../jobs/runtime/clock';
import type { Observation, ProviderAdapter } from '../../providers/provider';
import { endpointOver } from './endpointOver';
import { snapshotOf } from './fakeEndpoint';
import { makeAt } from './makeAt';
import { transportOf } from './transport';
import { settle, VirtualClock } from './virtualClock';

export interface Load {
	jobs: number;
	inFlight: number;
	/** Mean duration of the jobs, ms; each duration differs from it by up to a half. */
	meanMs: number;
	/** null: no limit. */
	requestsPerMinute: number | null;
	/** Webhooks: the delay after a job's end, ms, and the share of jobs that have one. Absent: no webhooks. */
	push?: { afterMs: number; share: number };
	/** Learned values that are kept after the endpoint is gone. A second run with the same values is a warm run. */
	learned?: ScopedLearned;
	/** When jobs are polled; absent: the adaptive schedule. */
	schedule?: EndpointDependencies['schedule'];
}

export interface Simulated {
	/** Relative to the sum of the jobs' durations, divided by the number of jobs in flight. */
	makespan: number;
	requestsPerJob: number;
	/** Time from a job's end until the waiting caller has it, as a share of the job's duration. */
	medianDelay: number;
	/** CPU time of the process per job. */
	cpuMicroseconds: number;
}

/** Items per execution, and executions at one time. */
const itemsEach = 1_000;
const executionsAtOnce = 4;

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * Runs many jobs over one endpoint in virtual time. Each is submitted, and polled until its end. A request takes 5 ms.
 */
export async function simulate({
	jobs,
	inFlight,
	meanMs,
	requestsPerMinute,
	push,
	learned,
	schedule,
}: Load): Promise<Simulated> {
	const clock = new VirtualClock(0);
	const random = seeded(7);
	const times = seeded(11);
	const chance = seeded(13);
	const endsAt = new Map<string, number>();
	let made = 0;
	let requests = 0;
	let total = 0;
	const connect: ProviderAdapter['connect'] = (_config, transport) => ({
		submit: async (_request, { paid }) => {
			await paid(
				0,
				() => transport.send({ method: 'POST', path: '/submit' }),
				() => null,
			);
			const id = `job-${made++}`;
			const duration = meanMs * (0.5 + times());
			total += duration;
			endsAt.set(id, clock.now() + duration);
			durations.set(id, duration);
			if (push && chance() < push.share)
				void clock
					.sleep(duration + push.afterMs)
					.then(() => endpoint.jobs.announce(snapshotOf(id, 'succeeded')));
			return snapshotOf(id, 'queued', { createdAt: new Date(clock.now()).toISOString() });
		},
		isNotAccepted: () => false,
		poll: async (ids) => {
			await transport.send({ method: 'GET', path: '/poll' });
			return new Map(
				ids.map((id): [string, Observation] => [
					id,
					{
						ok: true,
						snapshot: snapshotOf(id, clock.now() >= (endsAt.get(id) ?? 0) ? 'succeeded' : 'running'),
					},
				]),
			);
		},
	});
	const durations = new Map<string, number>();
	const transport = transportOf(async (): Promise<ApiAnswer> => {
		requests++;
		await clock.sleep(5);
		return { status: 200, headers: {}, text: '' };
	});
	const endpoint = endpointOver({
		clock,
		random,
		transport,
		connect,
		can: { poll: 'bulk' },
		limits: { requestsPerMinute, jobsInFlight: inFlight },
		...(learned ? { learned } : {}),
		...(schedule ? { schedule } : {}),
	});
	// Saved values are read before the first job.
	await settle();
	const make = makeAt(endpoint, clock);
	const delays = new Float64Array(jobs);
	let seen = 0;
	const one = async (n: number, group: string) => {
		const { job } = await make({ prompt: 'A cat', count: 1 }, String(n), { deadline: never, group });
		const id = job.id ?? '';
		await endpoint.jobs.wait(id, { deadline: never });
		delays[seen++] = (clock.now() - (endsAt.get(id) ?? 0)) / (durations.get(id) ?? 1);
		endsAt.delete(id);
		durations.delete(id);
	};
	let next = 0;
	const executions = async () => {
		while (next < jobs) {
			const first = next;
			next = Math.min(jobs, next + itemsEach);
			await Promise.all(Array.from({ length: next - first }, (_, place) => one(first + place, String(first))));
		}
	};
	const before = process.cpuUsage();
	await clock.until(Promise.all(Array.from({ length: executionsAtOnce }, executions)), never);
	const { user, system } = process.cpuUsage(before);
	delays.sort();
	return {
		makespan: clock.now() / (total / inFlight),
		requestsPerJob: requests / jobs,
		medianDelay: delays[Math.floor(jobs / 2)] ?? 0,
		cpuMicroseconds: (user + system) / jobs,
	};
}
