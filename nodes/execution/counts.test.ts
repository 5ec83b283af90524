import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import { jobError } from '../../model/errors';
import { blankJob, type Job, type JobSnapshot } from '../../model/job';
import { type CountedJob, countsLine, showCounts } from './counts';

function snapshot(job: Partial<Job>, images = 0): JobSnapshot {
	return {
		job: { ...blankJob('imageSaas'), ...job },
		images: Array.from({ length: images }, (_, index) => ({
			index,
			url: null,
			fileName: `${index}.png`,
			mimeType: 'image/png',
			width: null,
			height: null,
			bytes: null,
			seed: null,
		})),
		raw: null,
	};
}
const succeeded = (images: number, rest: Partial<CountedJob> = {}): CountedJob => ({
	snapshot: snapshot({ status: 'succeeded' }, images),
	...rest,
});
const busy = jobError('overloaded', { message: 'The provider is busy', hint: null });
const failed = { snapshot: snapshot({ status: 'failed', error: busy }) };
const unknown = { snapshot: snapshot({ status: 'failed', error: { ...busy, outcome: 'unknown' } }) };
const running = { snapshot: snapshot({ status: 'running' }) };
const published = (usd: number | null) => ({ cost: { usd, isOwnPrice: false } });

describe('the line of counts', () => {
	it.each<[name: string, jobs: CountedJob[], line: string]>([
		[
			'counts the jobs by state, their images and their cost',
			[...Array.from({ length: 28 }, () => succeeded(2, published(0.012))), failed, failed],
			'30 jobs: 28 succeeded, 2 failed. 56 images, 0.336 USD (published prices).',
		],
		['speaks of one job and one image', [succeeded(1)], '1 job: 1 succeeded. 1 image.'],
		['names no images while no job has ended', [running, running], '2 jobs: 2 running.'],
		['names images while some jobs run', [succeeded(3), running], '2 jobs: 1 succeeded, 1 running. 3 images.'],
		[
			'counts an unknown outcome apart from failures',
			[succeeded(1), failed, unknown],
			'3 jobs: 1 succeeded, 1 failed, 1 with an unknown outcome. 1 image.',
		],
		[
			'counts images that could not be downloaded apart from successes',
			[succeeded(1), { snapshot: snapshot({ status: 'succeeded', error: busy }) }],
			'2 jobs: 1 succeeded, 1 not downloaded. 1 image.',
		],
		[
			'counts partial and canceled jobs',
			[{ snapshot: snapshot({ status: 'partial' }, 1) }, { snapshot: snapshot({ status: 'canceled' }) }],
			'2 jobs: 1 partial, 1 canceled. 1 image.',
		],
		[
			'counts jobs that cannot be polled apart from running ones',
			[{ ...running, isLost: true }, running],
			'2 jobs: 1 running, 1 cannot be polled.',
		],
		['says 0 images if all jobs failed', [failed, failed], '2 jobs: 2 failed. 0 images.'],
	])('%s', (_name, jobs, line) => expect(countsLine(jobs)).toBe(line));
});

describe('the cost in the line', () => {
	it.each<[name: string, costs: Array<Partial<CountedJob>>, end: string]>([
		['is absent if no price is known', [published(null), published(null)], '2 images.'],
		['is absent if nothing is known about it', [{}, {}], '2 images.'],
		[
			'says how many prices are unknown',
			[published(0.5), published(null)],
			'2 images, 0.50 USD (published prices), price of 1 job unknown.',
		],
		['has cents from one dollar on', [published(1.005), published(1)], '2 images, 2.00 USD (published prices).'],
		[
			'shows parts of a cent below',
			[published(0.0039), published(0.0039)],
			'2 images, 0.0078 USD (published prices).',
		],
		[
			'says that it is by the price of the user',
			[{ cost: { usd: 0.1, isOwnPrice: true } }, published(null)],
			'2 images, 0.10 USD (your price per image), price of 1 job unknown.',
		],
		[
			'does not hold jobs of earlier runs, and says so',
			[published(0.04), { isEarlier: true }],
			'2 images, 0.04 USD (published prices). 1 job was made before and not paid for again.',
		],
		[
			'is absent if all jobs are of earlier runs',
			[{ isEarlier: true }, { isEarlier: true }],
			'2 images. 2 jobs were made before and not paid for again.',
		],
	])('%s', (_name, costs, end) =>
		expect(countsLine(costs.map((rest) => succeeded(1, rest)))).toBe(`2 jobs: 2 succeeded. ${end}`),
	);
});

describe('the hint with the line', () => {
	function hintsOf(jobs: readonly CountedJob[]): NodeExecutionHint[] {
		const hints: NodeExecutionHint[] = [];
		const context: Pick<IExecuteFunctions, 'addExecutionHints'> = {
			addExecutionHints: (...added) => void hints.push(...added),
		};
		showCounts(context, jobs, 'Do this.');
		return hints;
	}

	it('is information about several jobs that succeeded', () => {
		expect(hintsOf([succeeded(1), succeeded(1)])).toEqual([
			{ message: '2 jobs: 2 succeeded. 2 images.', type: 'info', location: 'outputPane' },
		]);
	});

	it('is absent for a single job without a failure', () => {
		expect([...hintsOf([succeeded(1)]), ...hintsOf([running]), ...hintsOf([])]).toEqual([]);
	});

	it.each([
		{ job: failed, state: '1 failed' },
		{ job: unknown, state: '1 with an unknown outcome' },
	])('is a warning with the first error and the advice: $state', ({ job, state }) => {
		expect(hintsOf([job])).toEqual([
			{
				message: `1 job: ${state}. 0 images. The first error: overloaded, The provider is busy. Do this.`,
				type: 'warning',
				location: 'outputPane',
			},
		]);
	});

	it('is a warning about a job that cannot be polled', () => {
		expect(hintsOf([{ ...running, isLost: true }])).toMatchObject([{ type: 'warning' }]);
	});

	it('is no warning about a running job with a poll that failed', () => {
		const polledLater = { snapshot: snapshot({ status: 'running', error: busy }) };
		expect(hintsOf([polledLater, succeeded(1)])).toMatchObject([{ type: 'info' }]);
	});
});
