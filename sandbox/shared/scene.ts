import { hashText, seededDraw, type Draw } from './random';

export interface SceneOptions {
	width: number;
	height: number;
	/** Written into the picture, so that a reader sees which prompt it belongs to. */
	caption: string;
	/** A second, smaller line. */
	note: string;
	/** The same seed draws the same picture. */
	seed: string;
}

/** Draws a landscape as SVG: sky, sun, hills and a caption. The seed decides all of it. */
export function sceneSvg(options: SceneOptions): string {
	const { width, height } = options;
	const draw = seededDraw(hashText(options.seed));
	const hue = Math.floor(draw() * 360);
	const second = (hue + 30 + Math.floor(draw() * 90)) % 360;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
		`<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" ` +
			`stop-color="hsl(${hue},65%,24%)"/>`,
		`<stop offset="0.75" stop-color="hsl(${second},75%,68%)"/></linearGradient>`,
		`<radialGradient id="sun"><stop offset="0" stop-color="#fff8e0"/><stop offset="0.35" ` +
			`stop-color="hsl(${second},95%,85%)"/>`,
		`<stop offset="1" stop-color="hsl(${second},90%,75%)" stop-opacity="0"/></radialGradient></defs>`,
		'<rect width="100%" height="100%" fill="url(#sky)"/>',
		stars(width, height, draw),
		sun(width, height, draw),
		hills(width, height, hue, draw),
		captionLines(options),
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

function stars(width: number, height: number, draw: Draw): string {
	const count = 20 + Math.floor(draw() * 30);
	const unit = Math.min(width, height) / 1000;
	return Array.from({ length: count }, () => {
		const [x, y, radius, light] = [
			draw() * width,
			draw() * height * 0.5,
			(0.8 + draw() * 2) * unit,
			0.3 + draw() * 0.6,
		];
		return (
			`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(2)}" fill="#fff" ` +
			`opacity="${light.toFixed(2)}"/>`
		);
	}).join('');
}

function sun(width: number, height: number, draw: Draw): string {
	const radius = Math.min(width, height) * (0.16 + draw() * 0.16);
	const x = width * (0.2 + draw() * 0.6);
	const y = height * (0.25 + draw() * 0.25);
	return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="url(#sun)"/>`;
}

function hills(width: number, height: number, hue: number, draw: Draw): string {
	const layers = 3 + Math.floor(draw() * 3);
	return Array.from({ length: layers }, (_, layer) => {
		const depth = (layer + 1) / layers;
		const top = height * (0.42 + 0.4 * depth);
		const swing = height * (0.05 + draw() * 0.09);
		const waves = 1.5 + draw() * 3;
		const phase = draw() * Math.PI * 2;
		const points = Array.from({ length: 41 }, (__, step) => {
			const along = step / 40;
			const lift =
				Math.sin(along * waves * Math.PI + phase) + 0.35 * Math.sin(along * waves * 3.1 * Math.PI + phase * 2);
			return `L${(along * width).toFixed(1)} ${(top - swing * lift).toFixed(1)}`;
		});
		return (
			`<path d="M0 ${height}${points.join('')}L${width} ${height}Z" ` +
			`fill="hsl(${(hue + 15 * layer) % 360},${45 - 15 * depth}%,${42 - 30 * depth}%)"/>`
		);
	}).join('');
}

function captionLines(options: SceneOptions): string {
	const { width, height } = options;
	const size = Math.max(12, Math.round(Math.min(width * 0.036, height * 0.07)));
	const lines = wrapped(options.caption, Math.max(8, Math.floor((width * 0.92) / (size * 0.56))), 3);
	const bottom = height - size * 1.1;
	const texts = lines.map((line, index) => {
		const y = bottom - size * 0.9 - (lines.length - 1 - index) * size * 1.25;
		return (
			`<text x="${width * 0.04}" y="${y.toFixed(1)}" font-size="${size}" ` +
			`fill="#fff">${escapeXml(line)}</text>`
		);
	});
	const note =
		`<text x="${width * 0.04}" y="${bottom.toFixed(1)}" font-size="${Math.round(size * 0.6)}" ` +
		`fill="#fff" ` +
		`opacity="0.75">${escapeXml(options.note)}</text>`;
	return `<g font-family="DejaVu Sans, Arial, Noto Sans CJK SC, sans-serif">${texts.join('')}${note}</g>`;
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
