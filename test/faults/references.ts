import type { IDataObject } from 'n8n-workflow';
import type { Capabilities } from '../../providers/provider';

/** The smallest PNG: one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** Items with a reference of a kind that the provider takes: a file, or a URL that nothing fetches in these tests. */
export function referencesFor({ references }: Capabilities, items: readonly IDataObject[]): IDataObject[] {
	return items.map((item) =>
		references?.kinds.includes('url')
			? { ...item, references: 'https://example.com/fox.png' }
			: { ...item, references: 'photo', $binary: { photo: { base64: pixel } } },
	);
}
