import {
	amongStrayEntries,
	base64,
	baseUrl,
	bytesOf,
	expectReadable,
	submit,
	withStrayFields,
} from '../../test/support/lenientAnswers';
import { aiBatchAdapter } from './adapter';

/** A paid answer is read, even if fields that are not required have unexpected values. */

describe('AI Batch', () => {
	const connect = (transport: Parameters<typeof aiBatchAdapter.connect>[1]) =>
		aiBatchAdapter.connect(aiBatchAdapter.endpoint({ baseUrl, upstreamApiKey: 'key' }), transport);
	const entry = withStrayFields({ base64 }, 'filename', 'url', 'mime_type', 'size');

	it('an answer', () =>
		expectReadable(
			amongStrayEntries(entry).chain((images) =>
				withStrayFields(
					{ images },
					'success',
					'error',
					'message',
					'provider',
					'prompt_used',
					'generation_id',
					'statistics',
				),
			),
			connect,
			submit,
			(snapshot) => {
				expect(bytesOf(snapshot)).toContain(base64);
			},
		));
});
