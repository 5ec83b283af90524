import { Transform } from 'node:stream';
import { ImageError } from '../model/errors';

/**
 * Passes bytes on, and fails with `timeout` if none arrive for `idleMs`. The time in which the reader takes none does
 * not count.
 */
export function failWhenSilent(idleMs: number, origin: string): Transform {
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			timer.refresh();
			done(null, chunk);
		},
		flush(done) {
			clearTimeout(timer);
			done();
		},
		destroy(error, done) {
			clearTimeout(timer);
			done(error);
		},
	});
	const timer = setTimeout(() => {
		if (stream.readableLength > 0) timer.refresh();
		else
			stream.destroy(
				new ImageError('timeout', { message: `${origin} sent nothing for ${Math.round(idleMs / 1000)} s` }),
			);
	}, idleMs);
	// Without a listener, the failure of a stream that nobody reads any more would end the process.
	stream.on('error', () => undefined);
	return stream;
}
