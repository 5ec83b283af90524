/** One measured value, and its target. */
export interface Figure {
	name: string;
	/** The measured value. If `warm` is present too: without learned values. */
	value: number;
	/** The same value with the learned values of an earlier batch, read from the memory. */
	warm?: number;
	unit: string;
	/** Targets of the project; for `warm` if it is present. */
	max?: number;
	min?: number;
}

/** A line of a plot. */
export interface Series {
	name: string;
	points: Array<[x: number, y: number]>;
}

export interface Plot {
	file: string;
	title: string;
	xLabel: string;
	yLabel: string;
	logX?: boolean;
	series: Series[];
}

/** The result of one benchmark. */
export interface Report {
	id: string;
	title: string;
	figures: Figure[];
	/** How it was measured, and why a target is missed. */
	remarks: string[];
	plots?: Plot[];
}

/** Whether a value meets its target; null if it has none. */
export function isMet({ value: cold, warm, max, min }: Figure): boolean | null {
	const value = warm ?? cold;
	if (max === undefined && min === undefined) return null;
	return (max === undefined || value <= max) && (min === undefined || value >= min);
}

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));

/** The figures as a Markdown table, one line per row. */
export function tableOf(figures: readonly Figure[]): string[] {
	const hasWarm = figures.some(({ warm }) => warm !== undefined);
	const lines = [
		hasWarm ? '| figure | cold | warm | wanted | |' : '| figure | value | wanted | |',
		hasWarm ? '|---|---|---|---|---|' : '|---|---|---|---|',
	];
	for (const figure of figures) {
		const wanted = [
			figure.min === undefined ? '' : `≥ ${figure.min}`,
			figure.max === undefined ? '' : `≤ ${figure.max}`,
		]
			.filter(Boolean)
			.join(', ');
		const met = isMet(figure);
		const warm = hasWarm ? ` ${figure.warm === undefined ? '' : `${shown(figure.warm)} ${figure.unit}`} |` : '';
		lines.push(
			`| ${figure.name} | ${shown(figure.value)} ${figure.unit} |${warm} ${wanted} | ` +
				`${met === null ? '' : met ? 'met' : '**missed**'} |`,
		);
	}
	return lines;
}

/** The reports as Markdown. */
export function toMarkdown(reports: readonly Report[], machine: string): string {
	const lines = ['# Benchmarks', '', `Both sides in the same run against the same stand-in. ${machine}`, ''];
	for (const { title, figures, remarks, plots = [] } of reports) {
		lines.push(
			`## ${title}`,
			'',
			...tableOf(figures),
			'',
			...remarks.map((remark) => `- ${remark}`),
			'',
			...plots.map(({ file, title: of }) => `![${of}](${file})\n`),
		);
	}
	return `${lines.join('\n').trimEnd()}\n`;
}

const size = { width: 640, height: 360, left: 70, right: 20, top: 40, bottom: 60 };
const colors = ['#2563eb', '#dc2626', '#059669', '#9333ea'];

/** A line plot as SVG, its y axis from 0. */
export function toSvg({ title, xLabel, yLabel, logX = false, series }: Plot): string {
	const points = series.flatMap((one) => one.points);
	const scaleX = (x: number) => (logX ? Math.log10(x) : x);
	const xs = points.map(([x]) => scaleX(x));
	const [minX, maxX] = [Math.min(...xs), Math.max(...xs)];
	const maxY = Math.max(...points.map(([, y]) => y)) * 1.1 || 1;
	const px = (x: number) =>
		size.left + ((scaleX(x) - minX) / (maxX - minX || 1)) * (size.width - size.left - size.right);
	const py = (y: number) => size.height - size.bottom - (y / maxY) * (size.height - size.top - size.bottom);
	const text = (x: number, y: number, words: string, more = '') =>
		`<text x="${x}" y="${y}" font-family="sans-serif" font-size="12" ${more}>${words}</text>`;
	const ticksX = [...new Set(points.map(([x]) => x))]
		.sort((a, b) => a - b)
		.filter((_, place, all) => all.length <= 8 || place % Math.ceil(all.length / 8) === 0);
	const ticksY = [0, 0.25, 0.5, 0.75, 1].map((share) => share * maxY);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ` +
			`${size.width} ${size.height}"><rect width="100%" height="100%" fill="#fff"/>`,
		text(size.width / 2, 22, title, 'text-anchor="middle" font-weight="bold"'),
		text(size.width / 2, size.height - 8, xLabel, 'text-anchor="middle"'),
		text(16, size.height / 2, yLabel, `text-anchor="middle" transform="rotate(-90 16 ${size.height / 2})"`),
		...ticksY.map(
			(y) =>
				`<line x1="${size.left}" x2="${size.width - size.right}" y1="${py(y)}" y2="${py(y)}" ` +
				`stroke="#e5e7eb"/>${text(size.left - 6, py(y) + 4, shown(y), 'text-anchor="end"')}`,
		),
		...ticksX.map((x) =>
			text(
				px(x),
				size.height - size.bottom + 16,
				x >= 1_000 ? `${shown(x / 1_000)}k` : shown(x),
				'text-anchor="middle"',
			),
		),
		...series.flatMap(({ name, points: own }, place) => {
			const color = colors[place % colors.length] ?? '#000';
			return [
				`<polyline fill="none" stroke="${color}" stroke-width="2" ` +
					`points="${own.map(([x, y]) => `${px(x)},${py(y)}`).join(' ')}"/>`,
				...own.map(([x, y]) => `<circle cx="${px(x)}" cy="${py(y)}" r="3" fill="${color}"/>`),
				text(size.left + 10 + place * 170, size.height - size.bottom + 34, `● ${name}`, `fill="${color}"`),
			];
		}),
		'</svg>',
	].join('\n');
}
