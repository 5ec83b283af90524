import type { Promised } from './statements';

const kills = 'test/n8n/pipelineKills.test.ts';
const submits = 'jobs/submission/crashes.property.test.ts';

/** Nothing paid is lost, and nothing is paid twice. */
export const promisesOfMoney: readonly Promised[] = [
	{
		title: 'Nothing paid is lost',
		statements: [
			{
				says: 'If n8n is killed at a random moment of a batch, Retry or a new run delivers every row.',
				file: 'test/n8n/chaos.test.ts',
				title: 'each of ${rows} rows a batch is paid once and delivered',
				figure: 'memory.kills',
			},
			{
				says: 'The same holds if n8n is killed in Image Poll, in a download, and in the node behind them.',
				file: kills,
				title: '%s delivers every row of the bundled Batch, and each is paid once',
			},
			{
				says: 'A loop of Wait and Poll Once goes on after `kill -9`.',
				file: 'test/n8n/durable.test.ts',
				title: 'kill -9 in a loop of Wait and Poll Once loses nothing and pays nothing twice',
			},
			{
				says: 'The jobs of an execution that was stopped by hand are delivered by the next run.',
				file: 'test/n8n/memory.test.ts',
				title: 'a batch stopped by hand keeps its paid jobs: the next manual run delivers them',
			},
			{
				says: 'If an answer is lost, the pack finds the job again or says that its outcome is unknown.',
				file: 'test/engine/moneyMatrix.test.ts',
				title: '%s: never paid twice, and delivered or reported as unknown',
				figure: 'matrix.cells',
			},
			{
				says: 'A failed job in a batch does not take the others with it.',
				file: 'test/engine/failures.test.ts',
				title: 'a failed job in a batch stays an item beside the others, so that no paid image is lost',
			},
			{
				says: 'An image that could not be downloaded can be downloaded later.',
				file: 'test/engine/honestResults.test.ts',
				title: 'a failed download does not change the job, and Poll downloads it later',
			},
			{
				says: 'If the disk is full, no record is lost.',
				file: 'memory/failures.test.ts',
				title: 'a full disk: no operation is lost, and the file keeps what it had',
			},
		],
	},
	{
		title: 'Nothing is paid twice',
		statements: [
			{
				says: 'No fault of a request, repeated in any of six ways, makes a second job.',
				file: 'test/engine/moneyMatrix.test.ts',
				title: '%s: never paid twice, and delivered or reported as unknown',
				figure: 'matrix.twice',
			},
			{
				says: 'The same holds for random sequences of faults, deaths of the process, Retries and new runs.',
				file: submits,
				title: 'with any failures of requests and deaths of processes, no item is paid twice',
			},
			{
				says: "n8n's Retry On Fail returns the job that was made before.",
				file: 'test/engine/failures.test.ts',
				title: "n8n's Retry On Fail gives the job that was made before, not a second one",
			},
			{
				says: 'If ten processes send the same request at once, one sends it.',
				file: 'memory/processes.test.ts',
				title: 'of ten processes that begin one key at once, one begins',
				figure: 'memory.oneKey',
			},
			{
				says: 'A request for a new image still gets a new image, although an equal one was made before.',
				file: 'test/engine/moneyMatrixOpposite.test.ts',
				title: 'two customers with equal requests at once have a job each',
			},
			{
				says: 'A budget per day counts all executions, and nothing is sent above it.',
				file: 'test/engine/budget.test.ts',
				title: 'the day counts all executions',
			},
			{
				says: 'Half an hour of mixed pipelines with random faults pays for each image once.',
				file: 'bench/soak/soak.ts',
				figure: 'soak.books',
			},
			{
				says: 'No fault of a server or of a network, at any provider and in any node, pays twice.',
				file: 'test/faults/faults.test.ts',
				title: 'prints the table',
				figure: 'faults.books',
				optional: true,
			},
		],
	},
];
