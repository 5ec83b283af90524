import { between, css, n } from './sceneColours';
import type { Frame } from './sceneLand';

/** A room: a wall with a window on the sky, a floor, and a couch or a table for the subject. */
export function room(frame: Frame): string {
	const { width, height, palette, motif, draw } = frame;
	// Not mixed from two hues: halfway between yellow and blue is a harsh green.
	const wall = [(draw() < 0.5 ? palette.low : palette.middle)[0], 30, motif.light === 'night' ? 34 : 76] as const;
	const [x, y] = [width * (0.08 + draw() * 0.5), height * 0.1];
	const [wide, high] = [width * 0.3, height * 0.4];
	const wallWithHole = `M0 0H${width}V${height}H0ZM${n(x)} ${n(y)}V${n(y + high)}H${n(x + wide)}V${n(y)}Z`;
	const frameOfWindow =
		`M${n(x)} ${n(y)}h${n(wide)}v${n(high)}h-${n(wide)}z` +
		`m${n(wide / 2)} 0v${n(high)}m-${n(wide / 2)} -${n(high / 2)}h${n(wide)}`;
	const thing = ['mug', 'bottle'].includes(motif.subject)
		? table(frame)
		: motif.subject === 'chair'
			? ''
			: couch(frame);
	return (
		`<path d="${wallWithHole}" fill="${css(wall, -10)}" fill-rule="evenodd"/>` +
		`<path d="${frameOfWindow}" fill="none" stroke="${css(wall, 12)}" stroke-width="${n(height * 0.014)}"/>` +
		`<path d="M${n(x)} ${n(y + high)}h${n(wide)}l${n(wide * 0.5)} ${n(height)}h-${n(wide * 1.3)}z" ` +
		`fill="${css(palette.glow)}" opacity="0.14"/>` +
		`<rect y="${n(height * 0.8)}" width="100%" height="${n(height * 0.2)}" ` +
		`fill="${css(between(wall, palette.near, 0.7))}"/>` +
		thing
	);
}

function couch({ width, height, palette }: Frame): string {
	const colour = between(palette.middle, palette.near, 0.45);
	const rect = (left: number, top: number, wide: number, high: number, lighter: number) =>
		`<rect x="${n(width * left)}" y="${n(height * top)}" width="${n(width * wide)}" height="${n(height * high)}" ` +
		`rx="${n(height * 0.04)}" fill="${css(colour, lighter)}"/>`;
	return (
		rect(0.17, 0.46, 0.33, 0.32, 2) +
		rect(0.5, 0.46, 0.33, 0.32, 2) +
		rect(0.15, 0.7, 0.7, 0.18, -5) +
		rect(0.17, 0.68, 0.33, 0.09, 8) +
		rect(0.5, 0.68, 0.33, 0.09, 8) +
		rect(0.11, 0.58, 0.08, 0.3, 5) +
		rect(0.81, 0.58, 0.08, 0.3, 5)
	);
}

function table({ width, height, palette }: Frame): string {
	const top = height * 0.76;
	return (
		`<rect x="${n(width * 0.06)}" y="${n(top)}" width="${n(width * 0.88)}" height="${n(height * 0.06)}" ` +
		`rx="${n(height * 0.012)}" fill="${css(between(palette.middle, palette.near, 0.55))}"/>` +
		`<rect x="${n(width * 0.06)}" y="${n(top)}" width="${n(width * 0.88)}" height="${n(height * 0.014)}" ` +
		`fill="${css(between(palette.low, palette.middle, 0.6))}"/>`
	);
}
