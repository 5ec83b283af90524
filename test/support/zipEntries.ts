import type { Readable } from 'node:stream';
import { openPromise } from 'yauzl';

/** The files of a ZIP, one after the other, however large; none if it is damaged. */
export async function* entriesOf(path: string): AsyncGenerator<{ name: string; content: Readable }> {
	try {
		const zip = await openPromise(path, { lazyEntries: true });
		for await (const entry of zip.eachEntry())
			yield { name: entry.fileName, content: await zip.openReadStreamPromise(entry) };
	} catch {
		// A damaged archive was searched as it is.
	}
}
