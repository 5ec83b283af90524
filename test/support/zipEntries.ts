import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

/** The files of a ZIP; none if it is damaged. */
export async function entriesOf(archive: Buffer): Promise<Array<{ name: string; content: Buffer }>> {
	const files: Array<{ name: string; content: Buffer }> = [];
	try {
		const zip = await fromBufferPromise(archive, { lazyEntries: true });
		for await (const entry of zip.eachEntry())
			files.push({ name: entry.fileName, content: await buffer(await zip.openReadStreamPromise(entry)) });
	} catch {
		// A damaged archive was searched as it is.
	}
	return files;
}
