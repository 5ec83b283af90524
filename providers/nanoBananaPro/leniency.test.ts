import fc from 'fast-check';
import {
	amongStrayEntries,
	baseUrl,
	expectReadable,
	imageUrl,
	poll,
	submit,
	urlsOf,
	withStrayFields,
} from '../../test/support/lenientAnswers';
import { nanoBananaProAdapter } from './adapter';
import { toImage } from './mapping';

/** A paid answer is read, even if fields that are not required have unexpected values. */

describe('NanoBananaPro, v1.6', () => {
	const connect = (transport: Parameters<typeof nanoBananaProAdapter.connect>[1]) =>
		nanoBananaProAdapter.connect(nanoBananaProAdapter.endpoint({ baseUrl, geminiApiKey: 'AIza' }), transport);
	const fields = [
		'prompt',
		'model',
		'totalCount',
		'completedCount',
		'options',
		'errorMessage',
		'createdAt',
		'updatedAt',
	];
	const enveloped = (data: fc.Arbitrary<object>) =>
		data.chain((value) => withStrayFields({ data: value }, 'code', 'message'));

	it('a submit', () =>
		expectReadable(
			enveloped(withStrayFields({ id: 'a' }, 'status', 'images', ...fields)),
			connect,
			submit,
			({ job }) => {
				expect(job.id).toMatch(/^a(~1)?$/);
			},
		));
	it('a poll', () => {
		const image = withStrayFields(
			{ id: 'p' },
			'taskId',
			'filePath',
			'thumbnailPath',
			'fileSize',
			'width',
			'height',
			'mimeType',
			'createdAt',
		);
		return expectReadable(
			enveloped(
				amongStrayEntries(image).chain((images) =>
					withStrayFields({ id: 'a', status: 'completed', images }, ...fields),
				),
			),
			connect,
			poll('a'),
			(snapshot) => {
				expect(urlsOf(snapshot)).toContain(
					toImage({ id: 'p' }, 0, (id) => `${baseUrl}/api/v1/images/${id}`).url,
				);
			},
		);
	});
});

describe('NanoBananaPro, tasks', () => {
	const connect = (transport: Parameters<typeof nanoBananaProAdapter.connect>[1]) =>
		nanoBananaProAdapter.connect(nanoBananaProAdapter.endpoint({ baseUrl, api: 'tasks' }), transport);
	const fields = [
		'id',
		'prompt',
		'model_id',
		'total_count',
		'thumbnail_path',
		'width',
		'height',
		'error_message',
		'created_at',
		'updated_at',
		'completed_at',
	];
	const enveloped = (data: fc.Arbitrary<object>) =>
		data.chain((value) => withStrayFields({ data: value }, 'code', 'message'));

	it('a submit', () =>
		expectReadable(
			enveloped(withStrayFields({ task_id: 'a' }, 'status', 'image_url', 'local_path', ...fields)),
			connect,
			submit,
			({ job }) => {
				expect(job.id).toBe('a');
			},
		));
	it('a poll', () =>
		expectReadable(
			enveloped(
				withStrayFields({ task_id: 'a', status: 'completed', image_url: imageUrl }, 'local_path', ...fields),
			),
			connect,
			poll('a'),
			(snapshot) => {
				expect(urlsOf(snapshot)).toEqual([imageUrl]);
			},
		));
});
