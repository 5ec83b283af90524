import type { Draw } from './random';
import type { Light } from './sceneWords';

/** Hue, saturation and lightness. */
type Colour = readonly [number, number, number];

/** The colours of a light, from the top of the sky to the near ground. */
export interface Palette {
	top: Colour;
	middle: Colour;
	low: Colour;
	far: Colour;
	near: Colour;
	glow: Colour;
}

const palettes: Record<Light, Palette> = {
	dawn: {
		top: [232, 42, 38],
		middle: [330, 48, 70],
		low: [34, 92, 80],
		far: [258, 26, 58],
		near: [240, 30, 20],
		glow: [44, 100, 86],
	},
	day: {
		top: [210, 70, 44],
		middle: [203, 74, 68],
		low: [48, 80, 91],
		far: [208, 38, 64],
		near: [158, 38, 22],
		glow: [50, 100, 92],
	},
	dusk: {
		top: [268, 48, 24],
		middle: [342, 60, 52],
		low: [24, 96, 66],
		far: [318, 32, 44],
		near: [284, 40, 12],
		glow: [38, 100, 76],
	},
	night: {
		top: [230, 62, 9],
		middle: [226, 52, 24],
		low: [212, 46, 44],
		far: [224, 38, 30],
		near: [228, 46, 8],
		glow: [52, 70, 90],
	},
	mint: {
		top: [186, 42, 32],
		middle: [168, 34, 62],
		low: [52, 58, 86],
		far: [172, 24, 56],
		near: [172, 42, 13],
		glow: [52, 90, 92],
	},
};

/** The palette of a light, with its hues turned a little, so that two pictures of one light differ. */
export function paletteOf(light: Light, draw: Draw): Palette {
	const turn = Math.round((draw() - 0.5) * 36);
	const turned = ([hue, saturation, lightness]: Colour): Colour => [hue + turn, saturation, lightness];
	const { top, middle, low, far, near, glow } = palettes[light];
	return {
		top: turned(top),
		middle: turned(middle),
		low: turned(low),
		far: turned(far),
		near: turned(near),
		glow: turned(glow),
	};
}

/** A CSS colour. */
export function css([hue, saturation, lightness]: Colour, lighter = 0): string {
	return `hsl(${(hue + 360) % 360},${saturation}%,${Math.round(Math.min(97, Math.max(4, lightness + lighter)))}%)`;
}

/** A colour between two, nearer to the second as `share` grows from 0 to 1. */
export function between(one: Colour, other: Colour, share: number): Colour {
	const mixed = one.map((value, part) => Math.round(value + ((other[part] ?? 0) - value) * share));
	return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
}

/** A number as SVG needs it: with one decimal. */
export function n(value: number): string {
	return String(Math.round(value * 10) / 10);
}
