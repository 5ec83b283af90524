import { hashText } from '../shared/random';
import { plannedOutcomeOf, withoutMarkers } from '../shared/markers';
import type { Pictures } from '../shared/pictures';
import type { GenerateBody } from './request';

/** A file of a generation, drawn when a client downloads it. */
export interface MadeFile {
	filename: string;
	prompt: string;
	width: number;
	height: number;
	index: number;
}

/** The files of one generation. The real server puts only the second into the names, so names can repeat. */
export function filesOf(
	body: Pick<GenerateBody, 'prompt' | 'image_size' | 'image_count' | 'api_provider'>,
	stamp: number,
): MadeFile[] {
	const [width = 1024, height = 1024] = body.image_size.split('x').map(Number);
	const count = plannedOutcomeOf(body.prompt).partial ?? body.image_count;
	return Array.from({ length: count }, (_, place) => ({
		filename: `${body.api_provider}_${stamp}_${place + 1}.png`,
		prompt: body.prompt,
		width,
		height,
		index: place + 1,
	}));
}

export function drawn(pictures: Pictures, { prompt, width, height, index, filename }: MadeFile): Promise<Buffer> {
	return pictures.file(
		{
			width,
			height,
			caption: withoutMarkers(prompt),
			note: `${filename}  ·  ${width} × ${height}`,
			seed: `${prompt}\n${index}\n${hashText(filename)}`,
		},
		'png',
		plannedOutcomeOf(prompt).invalidImage(index),
	);
}
