import type { Report, Series } from './report';
import { type Simulated, simulate } from '../test/support/simulation';

/** Benchmark 10: the scheduler's own code in virtual time, from a hundred to a million jobs. */
export async function growth(): Promise<Report> {
	const sizes = [100, 200, 1_000, 10_000, 100_000, 1_000_000];
	const runs: Array<{ jobs: number; result: Simulated }> = [];
	// The first run does not count: the JavaScript engine compiles the code in it.
	await simulate({ jobs: 2_000, inFlight: 5, meanMs: 2_000, requestsPerMinute: null });
	for (const jobs of sizes)
		runs.push({ jobs, result: await simulate({ jobs, inFlight: 5, meanMs: 2_000, requestsPerMinute: null }) });
	const budgets = await Promise.all(
		[400, 500, 800].map(async (requestsPerMinute) => ({
			requestsPerMinute,
			result: await simulate({ jobs: 1_000, inFlight: 5, meanMs: 2_000, requestsPerMinute }),
		})),
	);
	const at = (jobs: number) => runs.find((run) => run.jobs === jobs)?.result;
	const [small, large] = [at(1_000), at(1_000_000)];
	const line = (name: string, of: (result: Simulated) => number): Series => ({
		name,
		points: runs.map(({ jobs, result }) => [jobs, of(result)]),
	});
	return {
		id: 'growth',
		title: '10. Growth: polling alone, 5 in flight, jobs of 2 s ± 50 %, in virtual time',
		figures: [
			...runs.map(({ jobs, result }) => ({
				name: `${jobs.toLocaleString('en')} jobs: makespan / bound`,
				value: result.makespan,
				unit: '×',
				...(jobs >= 200 ? { max: 1.12 } : {}),
			})),
			...runs.map(({ jobs, result }) => ({
				name: `${jobs.toLocaleString('en')} jobs: requests a job`,
				value: result.requestsPerJob,
				unit: '',
			})),
			...runs.map(({ jobs, result }) => ({
				name: `${jobs.toLocaleString('en')} jobs: CPU a job`,
				value: result.cpuMicroseconds,
				unit: 'µs',
			})),
			{
				name: 'CPU a job, a million / a thousand',
				value: (large?.cpuMicroseconds ?? Number.NaN) / (small?.cpuMicroseconds ?? Number.NaN),
				unit: '×',
				max: 1.5,
			},
			...budgets.map(({ requestsPerMinute, result }) => ({
				name:
					`budget of ${requestsPerMinute} requests a minute: delay × extra requests a job (blind ` +
					`polling: at least 0.1)`,
				value: result.medianDelay * (result.requestsPerJob - 1),
				unit: '',
				max: 0.11,
			})),
		],
		remarks: [
			'Four executions of a thousand items run at once on the real endpoint code (pacing, slots, ' +
				'polling). Only the provider and the clock are simulated. CPU is the whole process, including ' +
				'the simulation. The bound is the sum of all job times divided by the slots. It ignores ' +
				'that the last jobs end one after another, which is 1 to 2 % at 100 and 200 jobs.',
			'The pack has learned the durations, so polling starts when the first job can have ended. That is ' +
				'why the product can be lower than with blind polling.',
		],
		plots: [
			{
				file: 'growth-makespan.svg',
				title: 'Makespan over the lower bound',
				xLabel: 'jobs',
				yLabel: '×',
				logX: true,
				series: [line('makespan / bound', ({ makespan }) => makespan)],
			},
			{
				file: 'growth-requests.svg',
				title: 'Requests a job',
				xLabel: 'jobs',
				yLabel: 'requests',
				logX: true,
				series: [line('requests a job', ({ requestsPerJob }) => requestsPerJob)],
			},
			{
				file: 'growth-cpu.svg',
				title: 'CPU a job',
				xLabel: 'jobs',
				yLabel: 'µs',
				logX: true,
				series: [line('CPU a job', ({ cpuMicroseconds }) => cpuMicroseconds)],
			},
		],
	};
}
