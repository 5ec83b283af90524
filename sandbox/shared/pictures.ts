import { Lru } from './lru';
import type { InvalidImage } from './markers';
import { sceneSvg, type SceneOptions } from './scene';

/** Renders result pictures at the first download, and caches the last few. */
export class Pictures {
	// Enough for one contact sheet; a 4K picture is about 1 MB as PNG.
	private readonly rendered = new Lru<Promise<Buffer>>(24);

	/** A real, decodable PNG. The same scene gives the same bytes. */
	png(scene: SceneOptions): Promise<Buffer> {
		return this.file(scene, 'png', null);
	}

	/**
	 * A picture as its backend sends it, made invalid if a marker requires it. The caller handles a missing picture.
	 */
	async file(scene: SceneOptions, format: PictureFormat, invalidImage: InvalidImage | null): Promise<Buffer> {
		if (invalidImage === 'bad-image')
			return Buffer.from('<!doctype html><title>Not a picture</title><p>This is not a picture.</p>');
		if (invalidImage === 'empty-image') return Buffer.alloc(0);
		const whole = await this.rendering(scene, format, invalidImage === 'blank');
		return invalidImage === 'truncated-image' ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
	}

	private rendering(scene: SceneOptions, format: PictureFormat, blank: boolean): Promise<Buffer> {
		const key = JSON.stringify([scene, format, blank]);
		return this.rendered.get(key, () => {
			const picture = render(scene, format, blank);
			// A failure must not stay in the cache: the next download tries again.
			picture.catch(() => this.rendered.delete(key));
			return picture;
		});
	}

	clear(): void {
		this.rendered.clear();
	}
}

export type PictureFormat = 'png' | 'jpeg' | 'webp';

async function render(scene: SceneOptions, format: PictureFormat, blank: boolean): Promise<Buffer> {
	// Loaded at the first download: most tests need no picture, and the library starts slowly.
	const { default: sharp } = await import('sharp');
	const { width, height } = scene;
	const drawn = blank
		? sharp({ create: { width, height, channels: 3, background: '#000' } })
		: sharp(Buffer.from(sceneSvg(scene))).removeAlpha();
	return format === 'png' ? drawn.png({ compressionLevel: 6 }).toBuffer() : drawn.toFormat(format).toBuffer();
}
