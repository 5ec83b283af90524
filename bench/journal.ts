import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Endpoint } from '../jobs/endpoint/endpoint';
import { systemClock } from '../jobs/runtime/clock';
import type { Journal, Memory } from '../memory/memory';
import { openMemory } from '../memory/open';
import type { ProviderAdapter } from '../providers/provider';
import { endpointOver } from '../test/support/endpointOver';
import { choiceOf, makingOver, memoryInProcess } from '../test/support/makeAt';
import { transportOf } from '../test/support/transport';
import { fill, snapshotOf } from './journalRecords';
import type { Report } from './report';

const jobs = 2_000;

interface Cost {
	/** Time that a job waits for the journal, ms, sorted. */
	perJob: number[];
	/** Time from the first job to the last, divided by the number of jobs, ms. */
	elapsedPerJob: number;
	/** Longest block of the event loop, ms. */
	longestBlock: number;
}

/**
 * Runs jobs through the pack's own code. The provider answers at once, so only the time of the journal and of the pack
 * remains.
 */
async function costOf(memory: Memory, inFlight: number): Promise<Cost> {
	const job = new AsyncLocalStorage<{ waited: number }>();
	const timed: Journal = withTimes(memory.journal, (ms) => {
		const own = job.getStore();
		if (own) own.waited += ms;
	});
	const make = makingOver({ ...parts(memory), journal: timed }, systemClock);
	const endpoint = instantEndpoint();
	const perJob: number[] = [];
	const name = `${inFlight} ${Math.random()}`;
	const one = async (n: number) => {
		const own = { waited: 0 };
		await job.run(own, () => make([choiceOf(endpoint, { prompt: `No. ${n}`, count: 1 })], `${name} ${n}`));
		perJob.push(own.waited);
	};
	for (let n = 0; n < 200; n++) await one(-n);
	perJob.length = 0;
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	const began = performance.now();
	let next = 0;
	const worker = async () => {
		while (next < jobs) await one(next++);
	};
	await Promise.all(Array.from({ length: inFlight }, worker));
	delay.disable();
	return {
		perJob: perJob.sort((a, b) => a - b),
		elapsedPerJob: (performance.now() - began) / jobs,
		longestBlock: delay.max / 1e6,
	};
}

/** The parts of a memory as a plain object, so that a test can replace them. */
function parts(memory: Memory): Memory {
	const { journal, events, learned, results, problem, notice } = memory;
	return {
		journal,
		events,
		learned,
		results,
		problem,
		notice,
		digest: (purpose, text) => memory.digest(purpose, text),
		close: () => memory.close(),
	};
}

function withTimes(journal: Journal, waited: (ms: number) => void): Journal {
	return new Proxy(journal, {
		get:
			(target, name: keyof Journal) =>
			async (...args: never[]) => {
				const before = performance.now();
				try {
					return await (target[name] as (...given: never[]) => Promise<unknown>)(...args);
				} finally {
					waited(performance.now() - before);
				}
			},
	});
}

/** An endpoint whose provider accepts and finishes every job at once. */
function instantEndpoint(): Endpoint {
	let made = 0;
	const connect: ProviderAdapter['connect'] = (_config, transport) => ({
		isNotAccepted: () => false,
		submit: async (_request, { paid }) => {
			await paid(
				0,
				() => transport.send({ method: 'POST', path: '/submit' }),
				() => null,
			);
			return { ...snapshotOf(made++), raw: null };
		},
	});
	// An answer arrives in the next iteration of the event loop, like an answer over a socket.
	const answer = async () => {
		await new Promise((resolve) => setImmediate(resolve));
		return { status: 200, headers: {}, text: '' };
	};
	return endpointOver({ clock: systemClock, random: Math.random, transport: transportOf(answer), connect });
}

/** Bytes of all files in a folder. */
function sizeOf(folder: string): number {
	return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
		(sum, file) => sum + (file.isFile() ? statSync(join(file.parentPath, file.name)).size : 0),
		0,
	);
}

const at = (sorted: readonly number[], share: number) =>
	sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Time until the memory answers its first query, ms. */
async function startOf(folder: string): Promise<number> {
	const before = performance.now();
	const memory = await openMemory({ folder });
	await memory.journal.find({ by: 'baseKey', baseKey: 'none', credentialIds: ['none'] });
	const took = performance.now() - before;
	await memory.close();
	return took;
}

async function startsOf(folder: string): Promise<number> {
	const times: number[] = [];
	for (let n = 0; n < 5; n++) times.push(await startOf(folder));
	return at(
		times.sort((a, b) => a - b),
		0.5,
	);
}

/** Benchmark 11: the cost of writing every job to the journal before it is paid. */
export async function journal(): Promise<Report> {
	const folder = mkdtempSync(join(tmpdir(), 'image-pipelines-journal-'));
	try {
		const startEmpty = await startsOf(folder);
		const memory = await openMemory({ folder });
		if (memory.problem !== null) throw new Error(memory.problem);
		const alone = await costOf(memory, 1);
		const five = await costOf(memory, 5);
		const fifty = await costOf(memory, 50);
		const none = await costOf(memoryInProcess(systemClock), 5);
		const before = sizeOf(folder);
		await fill(memory);
		const fiveOfMany = await costOf(memory, 5);
		await memory.close();
		const bytes = sizeOf(folder) - before;
		const startFull = await startsOf(folder);
		return {
			id: 'journal',
			title: `11. The memory: ${jobs.toLocaleString('en')} jobs at a provider that answers at once`,
			figures: [
				{
					name: 'time a job waits for the journal, one at a time, median',
					value: at(alone.perJob, 0.5),
					unit: 'ms',
					max: 1,
				},
				{ name: 'the same, 99th percentile', value: at(alone.perJob, 0.99), unit: 'ms' },
				{ name: 'five at a time, median', value: at(five.perJob, 0.5), unit: 'ms' },
				{ name: 'five at a time, 99th percentile', value: at(five.perJob, 0.99), unit: 'ms' },
				{ name: 'fifty at a time, median', value: at(fifty.perJob, 0.5), unit: 'ms' },
				{ name: 'fifty at a time, 99th percentile', value: at(fifty.perJob, 0.99), unit: 'ms' },
				{
					name: 'five at a time with 100,000 records there, median',
					value: at(fiveOfMany.perJob, 0.5),
					unit: 'ms',
				},
				{
					name: 'all of a job, fifty at a time: elapsed time by the number of jobs',
					value: fifty.elapsedPerJob,
					unit: 'ms',
				},
				{ name: 'longest event-loop block, five at a time', value: five.longestBlock, unit: 'ms', max: 10 },
				{ name: 'longest event-loop block, fifty at a time', value: fifty.longestBlock, unit: 'ms', max: 10 },
				{
					name: 'longest event-loop block without a file, five at a time',
					value: none.longestBlock,
					unit: 'ms',
				},
				{ name: 'size of 100,000 jobs', value: bytes / 1e6, unit: 'MB' },
				{ name: 'start, empty', value: startEmpty, unit: 'ms' },
				{ name: 'start with 100,000 records', value: startFull, unit: 'ms' },
			],
			remarks: [
				'Concurrent jobs wait for each other: each commit holds all writes that arrived during the ' +
					'commit before it.',
				"The pack's own code runs from the search for an earlier attempt to the end of the job, with " +
					'the real memory in its own folder. The time is the sum of all journal calls of one job. ' +
					'One of them waits for the disk: the write before the paid request.',
				'A block is the maximum that `monitorEventLoopDelay` reports (resolution 1 ms). The figure ' +
					'without a file runs the same code with the in-memory store, so the difference is the ' +
					'cost of the file.',
				'Start is the time from opening the memory to its first answer, including thread and file. ' +
					'Median of five.',
			],
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
