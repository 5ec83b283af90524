/** A statement of docs/reliability.md, and what holds it. */
export interface Statement {
	says: string;
	/** Path of the test or the benchmark, from the project's folder. */
	file: string;
	/** The test's title as it stands in the file, or its beginning. Absent for a benchmark. */
	title?: string;
	/** Id of the figure that the test or the benchmark records. The page has a dash until it is recorded. */
	figure?: string;
	/** A figure of `bench/results/results.json`: the report, and the name of the figure. */
	bench?: readonly [report: string, name: string];
	/** The statement is shown only if its figure is recorded. */
	optional?: true;
}

export interface Promised {
	title: string;
	statements: readonly Statement[];
}

const kills = 'test/n8n/pipelineKills.test.ts';
const submits = 'jobs/submission/crashes.property.test.ts';

/** What the pack promises, in the order of the page. */
export const promises: readonly Promised[] = [
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
				file: 'docs/faults.md',
				figure: 'faults.books',
				optional: true,
			},
		],
	},
	{
		title: 'n8n is never slowed down',
		statements: [
			{
				says: "The pack adds little to n8n's start.",
				file: 'bench/start.ts',
				bench: ['start', "added to n8n's start"],
			},
			{
				says: 'A thousand waiting executions leave the event loop free (99th percentile of its delay).',
				file: 'bench/waiting.ts',
				bench: ['waiting', 'event-loop delay, 99th percentile, ours'],
			},
			{
				says: 'The memory of jobs does not block the event loop (longest block, fifty jobs at a time).',
				file: 'bench/journal.ts',
				bench: ['journal', 'longest event-loop block, fifty at a time'],
			},
			{
				says: 'An answer of ten times the length takes about ten times as long to refuse.',
				file: 'http/hostileAnswers.test.ts',
				title: 'an answer of %s alone takes time in proportion to its length',
				figure: 'answers.growth',
			},
			{
				says: 'So does a job with ten times the images.',
				file: 'nodes/pictures/manyImages.test.ts',
				title: 'ten times the images of a job take about ten times as long',
				figure: 'answers.images',
			},
			{
				says: 'So does a flood of ten times the progress messages.',
				file: 'providers/nanoBananaPro/progressFlood.test.ts',
				title: 'ten times the messages take about ten times as long',
				figure: 'answers.frames',
			},
			{
				says: 'Of an image that is downloaded, only the beginning is in memory.',
				file: 'images/receive.test.ts',
				title: 'holds no more than the head of it, however large it is',
				figure: 'images.held',
			},
			{
				says: 'A ZIP of a hundred images of 4096 × 4096 takes constant memory.',
				file: 'test/n8n/exportMemory.test.ts',
				title: 'a hundred pictures of 4096 × 4096 become one archive in constant memory',
				figure: 'images.archive',
			},
			{
				says: 'No picture, however it is made, delays the event loop or the database of n8n.',
				file: 'docs/image-export.md',
				figure: 'pictures.delay',
				optional: true,
			},
			{
				says: 'No picture takes more memory than its budget.',
				file: 'docs/image-export.md',
				figure: 'pictures.memory',
				optional: true,
			},
			{
				says: 'Stop ends the waiting of a node at once.',
				file: 'test/engine/failures.test.ts',
				title: 'stopping the execution stops the waiting within a second and cancels what has not begun',
				figure: 'time.stop',
			},
			{
				says: 'A silent image host holds a node for its Max Wait and no longer.',
				file: 'test/engine/downloadTime.test.ts',
				title: 'a silent image host holds Image Generate for Max Wait and no longer',
				figure: 'time.silentHost',
			},
			{
				says: 'The resident memory of n8n does not grow over half an hour of mixed pipelines.',
				file: 'bench/soak/soak.ts',
				figure: 'soak.memory',
			},
			{
				says: 'Neither do its sockets, timers and handles.',
				file: 'bench/soak/soak.ts',
				figure: 'soak.sockets',
			},
			{
				says: 'The event loop stays free meanwhile.',
				file: 'bench/soak/soak.ts',
				figure: 'soak.delay',
			},
			{
				says: 'The end of a job is seen soon after it (median), with few requests.',
				file: 'jobs/endpoint/efficiency.test.ts',
				title: 'two hundred jobs of about %i ms, five at a time, polled alone',
				figure: 'polling.delay',
			},
			{
				says: 'The requests that this takes, submit included.',
				file: 'jobs/endpoint/efficiency.test.ts',
				title: 'two hundred jobs of about %i ms, five at a time, polled alone',
				figure: 'polling.requests',
			},
		],
	},
	{
		title: 'Webhooks are verified',
		statements: [
			{
				says: 'A delivery that is not signed, or signed with another secret, starts no workflow.',
				file: 'test/n8n/webhooks.test.ts',
				title: 'a delivery %s is answered 401 and runs nothing',
				figure: 'webhooks.forged',
			},
			{
				says: 'A repeated event starts the workflow once, also after a restart of n8n.',
				file: 'test/n8n/webhooks.test.ts',
				title: 'a repeated event is not run again after a restart of n8n either',
			},
			{
				says: 'A delivery that n8n has acknowledged is not lost if n8n is killed.',
				file: 'test/n8n/webhooks.test.ts',
				title: 'n8n has recorded what it acknowledged: after a kill at the answer, nothing is lost',
			},
		],
	},
	{
		title: 'Secrets stay secret',
		statements: [
			{
				says: 'No key is in the database, the logs, the executions or an export.',
				file: 'test/n8n/secrets.test.ts',
				title: 'neither key nor webhook secret is in the database, the logs, the executions or an export',
				figure: 'secrets.places',
			},
			{
				says: 'A key that a server sends back is masked, in whatever way its characters are written.',
				file: 'http/redact.test.ts',
				title: 'a key is found where each of its characters is written in another way',
			},
			{
				says: 'No download reaches a private address, in whatever form it is written.',
				file: 'http/addressGuard.test.ts',
				title: 'no address of a special range is reached, in whatever form it is written',
				figure: 'addresses.refused',
			},
			{
				says: 'The package installs and loads without running any script.',
				file: 'test/n8n/packed.test.ts',
				title: 'installs without scripts, and every node and credential loads',
				figure: 'package.loaded',
			},
		],
	},
];
