/** Most images of one job that are passed on, ten times what any provider makes for one request. */
export const maxImages = 1_000;

/** What happened to the images that are counted. */
type CountedEvent = 'arrived' | 'were accepted';

/**
 * How many images a job has, in the words of every message of the pack: `2 of 4 images arrived`.
 * @param total how many were requested; null where that is unknown
 */
export function countedImages(count: number, total: number | null, event: CountedEvent = 'arrived'): string {
	return total === null ? `${count} images of an unknown total ${event}` : `${count} of ${total} images ${event}`;
}
