import type { PictureFormat } from '../../sandbox/shared/pictures';

const drawn = new Map<PictureFormat, Promise<Buffer>>();

/**
 * The module `sandbox/shared/pictures` with one small picture for all results, for `jest.mock`. What a picture shows
 * does not matter here, and to draw two for each cell would take more time than everything else.
 */
export const smallPictures = () => ({
	Pictures: class {
		png(): Promise<Buffer> {
			return pictureAs('png');
		}

		file(_scene: unknown, format: PictureFormat): Promise<Buffer> {
			return pictureAs(format);
		}

		clear(): void {}
	},
});

function pictureAs(format: PictureFormat): Promise<Buffer> {
	const made = drawn.get(format) ?? draw(format);
	drawn.set(format, made);
	return made;
}

/** A picture of several colours: one of a single colour may mean that the content was rejected. */
async function draw(format: PictureFormat): Promise<Buffer> {
	const { default: sharp } = await import('sharp');
	const svg =
		'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#c40"/>' +
		'<circle cx="20" cy="30" r="18" fill="#08c"/><circle cx="44" cy="40" r="12" fill="#fe8"/></svg>';
	return await sharp(Buffer.from(svg)).removeAlpha().toFormat(format).toBuffer();
}
