import type { Promised } from './statements';

/** n8n is never slowed down. */
export const promisesOfSpeed: readonly Promised[] = [
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
				says: 'No image, however it is made, delays the event loop of n8n (longest answer of n8n meanwhile).',
				file: 'test/n8n/hostilePictures.test.ts',
				title: 'no picture makes n8n late or large',
				figure: 'pictures.delay',
				optional: true,
			},
			{
				says: 'No image takes more memory than its budget (n8n and the process for images).',
				file: 'test/n8n/hostilePictures.test.ts',
				title: 'no picture makes n8n late or large',
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
				says: 'The JavaScript heap of n8n does not grow over half an hour of mixed pipelines.',
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
];
