import type { Figure, Plot, Series } from '../report';
import { median, type Point, trendOf } from './slope';
import type { Sample, SoakResult } from './soak';

/** A value of the samples that must not grow, with the largest allowed growth per hour. */
interface Watched {
	name: string;
	unit: string;
	/** Undefined if the sample does not have the value. */
	of: (sample: Sample) => number | undefined;
	maxPerHour: number;
}

const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
const handles = (kinds: Record<string, number>) => sumOf(kinds) - (kinds['Timeout'] ?? 0) - (kinds['Immediate'] ?? 0);

const watched: Record<'resident' | 'heap' | 'children' | 'sockets' | 'descriptors' | 'timers' | 'handles', Watched> = {
	resident: { name: 'resident memory of n8n', unit: 'MB', of: ({ residentMb }) => residentMb, maxPerHour: 100 },
	heap: {
		name: 'JavaScript heap after a garbage collection',
		unit: 'MB',
		of: ({ memory }) => (memory ? memory.heapUsed / 1e6 : undefined),
		maxPerHour: 20,
	},
	children: { name: "n8n's child processes", unit: 'MB', of: ({ childrenMb }) => childrenMb, maxPerHour: 20 },
	sockets: { name: 'open sockets', unit: '', of: ({ descriptors }) => descriptors['socket'] ?? 0, maxPerHour: 10 },
	descriptors: {
		name: 'open file descriptors',
		unit: '',
		of: ({ descriptors }) => sumOf(descriptors),
		maxPerHour: 10,
	},
	timers: { name: 'timers', unit: '', of: ({ kinds }) => kinds['Timeout'] ?? 0, maxPerHour: 10 },
	handles: { name: 'other handles', unit: '', of: ({ kinds }) => handles(kinds), maxPerHour: 10 },
};

const pointsOf = (samples: readonly Sample[], { of }: Watched): Point[] =>
	samples.flatMap((sample) => {
		const value = of(sample);
		return value === undefined ? [] : [[sample.minute, value] as const];
	});

const rounded = (value: number) => Math.round(value * 10) / 10;

/** The figures of a soak, with their targets. */
export function figuresOf({ samples, books, webhooks, failures }: SoakResult): Figure[] {
	const growth = Object.values(watched).flatMap((one): Figure[] => {
		const trend = trendOf(pointsOf(samples, one));
		return [
			{ name: `${one.name}, median of the first third`, value: rounded(trend.thirds[0]), unit: one.unit },
			{ name: `${one.name}, median of the last third`, value: rounded(trend.thirds[2]), unit: one.unit },
			{
				name: `${one.name}, growth after the first third`,
				value: rounded(trend.slope * 60),
				unit: `${one.unit} an hour`.trim(),
				max: one.maxPerHour,
			},
		];
	});
	const delays = samples.map(({ delays: { p99 } }) => p99);
	const late = [...delays].sort((a, b) => a - b)[Math.floor(delays.length * 0.95)] ?? NaN;
	return [
		{ name: 'images paid twice, lost, or delivered twice', value: books.problems.length, unit: '', max: 0 },
		{ name: 'forged deliveries that n8n accepted', value: webhooks.forgedTaken, unit: '', max: 0 },
		{ name: 'workflows that gave no items', value: failures.length, unit: '', max: 0 },
		...growth,
		{ name: 'delay of the event loop, p99 of 5 s: median', value: rounded(median(delays)), unit: 'ms', max: 100 },
		{ name: 'delay of the event loop, p99 of 5 s: 95 % are below', value: rounded(late), unit: 'ms' },
	];
}

/** One point a minute, the median of its samples. */
function perMinute(points: readonly Point[]): Array<[number, number]> {
	const minutes = Map.groupBy(points, ([x]) => Math.floor(x));
	return [...minutes].map(([minute, own]) => [minute + 0.5, median(own.map(([, y]) => y))]);
}

const seriesOf = (samples: readonly Sample[], one: Watched): Series => ({
	name: one.name,
	points: perMinute(pointsOf(samples, one)),
});

/** The curves of a soak, in files beside each other. */
export function plotsOf({ samples }: SoakResult): Plot[] {
	const xLabel = 'minutes';
	return [
		{
			file: 'soak-memory.svg',
			title: "Soak: memory of n8n's process",
			xLabel,
			yLabel: 'MB',
			series: [
				{ ...seriesOf(samples, watched.resident), name: 'resident' },
				{ ...seriesOf(samples, watched.heap), name: 'heap after collection' },
				{ ...seriesOf(samples, watched.children), name: 'child processes' },
			],
		},
		{
			file: 'soak-handles.svg',
			title: 'Soak: what n8n holds open',
			xLabel,
			yLabel: 'number',
			series: [
				seriesOf(samples, watched.sockets),
				seriesOf(samples, watched.timers),
				seriesOf(samples, watched.handles),
			],
		},
	];
}
