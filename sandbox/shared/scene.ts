import { hashText, seededDraw } from './random';
import { between, css, n, type Palette, paletteOf } from './sceneColours';
import { type Frame, groundOf, land, sky } from './sceneLand';
import { room } from './sceneRoom';
import { floating, subjectSvg } from './sceneSubjects';
import { motifOf } from './sceneWords';

export interface SceneOptions {
	width: number;
	height: number;
	/** The prompt: its words choose what the picture shows. Written into the picture too. */
	caption: string;
	/** A second, smaller line. */
	note: string;
	/** The same seed draws the same picture. */
	seed: string;
	/** Further words that choose what the picture shows, e.g. the names of reference files. They come first. */
	hints?: string;
}

/**
 * Draws a landscape or a room with a subject, as SVG. The words of the prompt choose what it shows, and the seed
 * decides the rest. A label in the corner says that the picture comes from the sandbox.
 */
export function sceneSvg(options: SceneOptions): string {
	const { width, height } = options;
	const draw = seededDraw(hashText(options.seed));
	const motif = motifOf(`${options.hints ?? ''} ${options.caption}`, draw);
	const frame: Frame = { width, height, palette: paletteOf(motif.light, draw), motif, draw };
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
		gradients(frame.palette),
		sky(frame),
		motif.land === 'room' ? room(frame) : land(frame),
		subject(frame),
		motif.hasFog ? '<rect width="100%" height="100%" fill="url(#mist)"/>' : '',
		captionLines(options),
		badge(options),
		'</svg>',
	].join('');
}

/** Makes any text safe inside SVG: escapes markup and removes characters that XML does not allow. */
export function escapeXml(text: string): string {
	// Converts to UTF-8 and back. That replaces unpaired surrogates, which XML does not allow.
	return Buffer.from(text)
		.toString()
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
		.replace(/&/g, '&amp;')
		.replace(/</g, '&lt;')
		.replace(/>/g, '&gt;')
		.replace(/"/g, '&quot;')
		.replace(/'/g, '&apos;');
}

function gradients({ top, middle, low, glow, near }: Palette): string {
	const stop = (offset: number, colour: string, opacity = 1) =>
		`<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`;
	const down = (id: string, stops: string) =>
		`<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient>`;
	return (
		'<defs>' +
		down('sky', stop(0, css(top)) + stop(0.4, css(middle)) + stop(0.68, css(low))) +
		down('water', stop(0, css(low)) + stop(0.25, css(middle)) + stop(1, css(between(top, near, 0.5)))) +
		down('mist', stop(0, css(low), 0) + stop(0.55, css(low), 0.5) + stop(1, css(low), 0)) +
		down('shade', stop(0, '#000', 0) + stop(1, '#000', 0.62)) +
		`<radialGradient id="glow">${stop(0, css(glow), 0.75) + stop(1, css(glow), 0)}</radialGradient></defs>`
	);
}

/** The subject with its shadow, on the ground or above it. */
function subject({ width, height, palette, motif, draw }: Frame): string {
	const size = Math.min(width, height) * (motif.land === 'room' ? 0.42 : 0.34) * (0.9 + draw() * 0.25);
	const x = width * (0.5 + (draw() - 0.5) * (motif.land === 'room' ? 0.1 : 0.4)) - size / 2;
	const lifted = floating[motif.subject] ?? 0;
	const feet = height * (groundOf[motif.land] - (motif.land === 'room' ? 0.1 : 0) - lifted);
	const tones = { main: css(palette.middle, -8), dark: css(palette.near, 4), light: css(palette.low, 4) };
	const shadow = `<ellipse cx="50" cy="97" rx="34" ry="4" fill="#000" opacity="0.25"/>`;
	return (
		`<g transform="translate(${n(x)} ${n(feet - size * 0.98)}) scale(${(size / 100).toFixed(3)})">` +
		`${lifted === 0 ? shadow : ''}${subjectSvg(motif.subject, tones)}</g>`
	);
}

/** Says in the upper right corner that no model made the picture. */
function badge({ width, height }: SceneOptions): string {
	const size = Math.max(9, Math.round(Math.min(width, height) * 0.026));
	const [wide, high, gap] = [size * 6.4, size * 1.8, size * 0.8];
	return (
		`<g font-family="DejaVu Sans, Arial, sans-serif" font-size="${size}" font-weight="bold">` +
		`<rect x="${n(width - wide - gap)}" y="${n(gap)}" width="${n(wide)}" height="${n(high)}" rx="${n(high / 2)}" ` +
		`fill="#000" opacity="0.5"/><text x="${n(width - wide / 2 - gap)}" y="${n(gap + high * 0.7)}" fill="#fff" ` +
		`text-anchor="middle">SANDBOX</text></g>`
	);
}

function captionLines(options: SceneOptions): string {
	const { width, height } = options;
	const size = Math.max(10, Math.round(Math.min(width * 0.026, height * 0.05)));
	const lines = wrapped(options.caption, Math.max(8, Math.floor((width * 0.92) / (size * 0.56))), 3);
	const bottom = height - size * 0.9;
	const texts = lines.map((line, index) => {
		const y = bottom - size * 1.1 - (lines.length - 1 - index) * size * 1.25;
		return `<text x="${n(width * 0.03)}" y="${n(y)}" font-size="${size}" fill="#fff">${escapeXml(line)}</text>`;
	});
	const note =
		`<text x="${n(width * 0.03)}" y="${n(bottom)}" font-size="${Math.round(size * 0.7)}" fill="#fff" ` +
		`opacity="0.8">${escapeXml(options.note)}</text>`;
	const top = bottom - size * (2.6 + lines.length * 1.25);
	return (
		`<rect y="${n(top)}" width="100%" height="${n(height - top)}" fill="url(#shade)"/>` +
		`<g font-family="DejaVu Sans, Arial, Noto Sans CJK SC, sans-serif">${texts.join('')}${note}</g>`
	);
}

/**
 * Breaks a text into lines between words. A word longer than a line is cut; text that does not fit ends in an ellipsis.
 */
function wrapped(text: string, perLine: number, maxLines: number): string[] {
	const words = text.split(/\s+/).flatMap((word) => word.match(new RegExp(`[^]{1,${perLine}}`, 'gu')) ?? []);
	const lines: string[] = [];
	for (const word of words) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= perLine) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	return lines.length <= maxLines ? lines : [...lines.slice(0, maxLines - 1), `${lines[maxLines - 1] ?? ''} …`];
}
