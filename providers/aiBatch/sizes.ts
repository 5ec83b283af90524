/** `image_size` by aspect ratio. The document shows 1024x1024 alone; these are common sizes of its upstreams. */
const sizes: Record<string, [number, number]> = {
	'1:1': [1024, 1024],
	'16:9': [1792, 1024],
	'9:16': [1024, 1792],
	'4:3': [1024, 768],
	'3:4': [768, 1024],
};

export const ratios = Object.keys(sizes);

export function sizeOf(ratio = '1:1'): { width: number; height: number } | null {
	const size = Object.hasOwn(sizes, ratio) ? sizes[ratio] : undefined;
	return size ? { width: size[0], height: size[1] } : null;
}
