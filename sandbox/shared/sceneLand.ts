import type { Draw } from './random';
import { between, css, n, type Palette } from './sceneColours';
import type { Land, Motif } from './sceneWords';

/** The frame of a picture: its size, colours and random numbers. */
export interface Frame {
	width: number;
	height: number;
	palette: Palette;
	motif: Motif;
	draw: Draw;
}

/** Where the foreground begins, as a share of the height. */
export const groundOf: Record<Land, number> = {
	mountains: 0.84,
	sea: 0.84,
	forest: 0.86,
	city: 0.88,
	dunes: 0.82,
	room: 0.86,
};

/** Sky with its sun or moon, and stars at night. */
export function sky({ width, height, palette, motif, draw }: Frame): string {
	const x = width * (0.2 + draw() * 0.6);
	const y = height * (0.16 + draw() * 0.22);
	const radius = Math.min(width, height) * (0.05 + draw() * 0.035);
	const stars = motif.light === 'night' ? 60 : motif.light === 'dusk' ? 22 : 0;
	const dots = Array.from({ length: stars }, () => {
		const size = (0.0006 + draw() * 0.0016) * Math.min(width, height);
		return `M${n(draw() * width)} ${n(draw() * height * 0.5)}h${n(size)}v${n(size)}h-${n(size)}z`;
	}).join('');
	return (
		'<rect width="100%" height="100%" fill="url(#sky)"/>' +
		(dots === '' ? '' : `<path d="${dots}" fill="#fff" opacity="0.8"/>`) +
		`<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius * 4.5)}" fill="url(#glow)"/>` +
		`<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${css(palette.glow)}"/>`
	);
}

const draws: Record<Exclude<Land, 'room'>, (frame: Frame) => string> = {
	mountains: (frame) => ridges(frame, [0.5, 0.62, 0.72], 0.17) + ground(frame, 0.02),
	dunes: (frame) =>
		ridges(frame, [0.6], 0.07) + [0.68, 0.75, 0.81].map((top, place) => dune(frame, top, place)).join(''),
	forest: (frame) =>
		ridges(frame, [0.52], 0.12) +
		[0, 1, 2].map((row) => pines(frame, 0.66 + row * 0.08, 0.18 + row * 0.06, 0.3 + row * 0.3)).join('') +
		ground(frame, 0.012),
	city: (frame) =>
		[0, 1, 2].map((row) => skyline(frame, 0.5 - row * 0.04, 0.25 + row * 0.33)).join('') + ground(frame, 0),
	sea: (frame) => ridges(frame, [0.57], 0.06) + water(frame),
};

/** The land between the sky and the foreground. */
export function land(frame: Frame): string {
	const { motif } = frame;
	return motif.land === 'room' ? '' : draws[motif.land](frame);
}

/** Ridges, each darker than the one behind it, with mist at their feet. */
function ridges({ width, height, palette, motif, draw }: Frame, tops: readonly number[], swing: number): string {
	return tops
		.map((top, place) => {
			const heights = rough(draw, 6, 1);
			const points = heights.map((lift, step) => {
				const x = (step / (heights.length - 1)) * width;
				return `${n(x)} ${n(height * (top - lift * swing))}`;
			});
			const depth = (place + 1) / (tops.length + 1);
			const colour = between(palette.far, palette.near, depth * 0.75);
			const capped = motif.hasSnow ? between(colour, [210, 30, 96], 0.7 - depth * 0.3) : colour;
			const d = `M0 ${height}L${points.join('L')}L${width} ${height}Z`;
			return `<path d="${d}" fill="${css(capped, 4 - place * 3)}"/>`;
		})
		.join(`<rect y="${n(height * 0.45)}" width="100%" height="${n(height * 0.4)}" fill="url(#mist)"/>`);
}

/** Heights from -1 to 1 of a rough line, made by halving its parts again and again. */
function rough(draw: Draw, halvings: number, swing: number): number[] {
	let line = [draw() * 2 - 1, draw() * 2 - 1, draw() * 2 - 1, draw() * 2 - 1];
	for (let size = swing * 0.5; halvings > 0; halvings -= 1, size *= 0.52)
		line = line.flatMap((here, step) => {
			const next = line[step + 1];
			return next === undefined ? [here] : [here, (here + next) / 2 + (draw() * 2 - 1) * size];
		});
	return line;
}

function dune({ width, height, palette, draw }: Frame, top: number, place: number): string {
	const [a, b] = [draw() * 0.14 - 0.07, draw() * 0.14 - 0.07];
	const y = (lift: number) => n(height * (top + lift));
	const colour = [palette.low[0], 52, palette.low[2] * (0.82 - place * 0.17)] as const;
	const curve = `C${n(width * 0.3)} ${y(-0.09)} ${n(width * 0.6)} ${y(0.1)} ${width} ${y(b)}`;
	return `<path d="M0 ${height}V${y(a)}${curve}V${height}Z" fill="${css(colour)}"/>`;
}

function pines({ width, height, palette, motif, draw }: Frame, base: number, size: number, depth: number): string {
	const trees = Array.from({ length: 26 }, (_, place) => {
		const tall = height * size * (0.55 + draw() * 0.6);
		const x = ((place + draw()) / 26) * width;
		const half = tall * 0.2;
		const layers = [0, 0.3, 0.58].map(
			(step) =>
				`M${n(x)} ${n(height * base - tall * (1 - step * 0.8))}` +
				`l${n(half * (0.5 + step))} ${n(tall * 0.46)}h-${n(half * (1 + step * 2))}z`,
		);
		return layers.join('');
	});
	const colour = between(palette.far, palette.near, depth);
	const snowy = motif.hasSnow ? between(colour, [205, 25, 90], 0.45 - depth * 0.3) : colour;
	const floor = `M0 ${n(height * (base - 0.02))}H${width}V${height}H0Z`;
	return `<path d="${trees.join('')}${floor}" fill="${css(snowy)}"/>`;
}

function skyline({ width, height, palette, draw }: Frame, top: number, depth: number): string {
	const count = 12 + Math.floor(draw() * 5);
	const each = width / count;
	let [houses, windows] = ['', ''];
	for (let place = 0; place < count; place++) {
		const x = place * each;
		const y = height * (top + (draw() - 0.35) * 0.3);
		houses += `M${n(x)} ${height}V${n(y)}h${n(each * 0.94)}V${height}z`;
		for (let row = 1; row < 9; row++)
			for (let column = 0; column < 3; column++)
				if (draw() < 0.42)
					windows +=
						`M${n(x + each * (0.16 + column * 0.25))} ${n(y + row * height * 0.045)}` +
						`h${n(each * 0.12)}v${n(height * 0.018)}h-${n(each * 0.12)}z`;
	}
	const colour = between(palette.far, palette.near, depth);
	return (
		`<path d="${houses}" fill="${css(colour)}"/>` +
		`<path d="${windows}" fill="${css(palette.glow)}" opacity="${n(depth * 0.8)}"/>`
	);
}

function water({ width, height, palette, draw }: Frame): string {
	const top = height * 0.6;
	const glints = Array.from({ length: 34 }, () => {
		const depth = draw();
		const long = width * (0.02 + depth * 0.12);
		return `M${n(draw() * width)} ${n(top + depth * (height - top))}h${n(long)}v${n(height * 0.003)}h-${n(long)}z`;
	}).join('');
	return (
		`<rect y="${n(top)}" width="100%" height="${n(height - top)}" fill="url(#water)"/>` +
		`<path d="${glints}" fill="${css(palette.low)}" opacity="0.4"/>`
	);
}

/** The near ground, which carries the subject. */
function ground({ width, height, palette, motif, draw }: Frame, swing: number): string {
	const top = height * (groundOf[motif.land] - 0.03);
	const bend = () => n(top + (draw() - 0.5) * height * swing * 4);
	const colour = motif.hasSnow ? between(palette.near, [210, 40, 95], 0.8) : palette.near;
	const curve = `C${n(width * 0.3)} ${bend()} ${n(width * 0.7)} ${bend()} ${width} ${bend()}`;
	return `<path d="M0 ${height}V${bend()}${curve}V${height}Z" fill="${css(colour)}"/>`;
}
