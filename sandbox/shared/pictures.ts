import { Lru } from './lru';
import { sceneSvg, type SceneOptions } from './scene';

/** Renders result pictures when somebody downloads them, and keeps the last few. */
export class Pictures {
	// Enough for one contact sheet; a 4K picture is about 1 MB as PNG.
	private readonly rendered = new Lru<Promise<Buffer>>(24);

	/** A real, decodable PNG. The same scene gives the same bytes. */
	png(scene: SceneOptions): Promise<Buffer> {
		const key = JSON.stringify(scene);
		return this.rendered.get(key, () => {
			const picture = render(scene);
			// A failure must not be remembered: the next download tries again.
			picture.catch(() => this.rendered.delete(key));
			return picture;
		});
	}

	clear(): void {
		this.rendered.clear();
	}
}

async function render(scene: SceneOptions): Promise<Buffer> {
	// Loaded at the first download: most tests never look at a picture, and the library takes its time to start.
	const { default: sharp } = await import('sharp');
	return sharp(Buffer.from(sceneSvg(scene))).removeAlpha().png({ compressionLevel: 6 }).toBuffer();
}
