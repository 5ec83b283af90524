import fc from 'fast-check';
import {
	amongStrayEntries,
	base64,
	baseUrl,
	bytesOf,
	expectReadable,
	imageUrl,
	submit,
	urlsOf,
	withStrayFields,
} from '../../test/support/lenientAnswers';
import { jimengAdapter } from './adapter';

/** A paid answer is read, even if fields that are not required have unexpected values. */

describe('Jimeng', () => {
	const connect = (transport: Parameters<typeof jimengAdapter.connect>[1]) =>
		jimengAdapter.connect(jimengAdapter.endpoint({ baseUrl, sessionId: 'session' }), transport);
	const entry = fc.oneof(
		withStrayFields({ url: imageUrl }, 'revised_prompt'),
		withStrayFields({ b64_json: base64 }, 'url', 'revised_prompt'),
	);

	it('an answer', () =>
		expectReadable(
			amongStrayEntries(entry).chain((data) =>
				withStrayFields({ data }, 'created', 'code', 'message', 'error', 'input_images', 'composition_type'),
			),
			connect,
			submit,
			(snapshot) => {
				expect(
					[...urlsOf(snapshot), ...bytesOf(snapshot)].filter((one) => one === imageUrl || one === base64),
				).toHaveLength(1);
			},
		));
});
