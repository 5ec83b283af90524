import fc from 'fast-check';
import {
	baseUrl,
	expectReadable,
	poll,
	stray,
	submit,
	urlsOf,
	withStrayFields,
} from '../../test/support/lenientAnswers';
import { zImageAdapter } from './adapter';

/** A paid answer is read, even if fields that are not required have unexpected values. */

describe('Z-Image', () => {
	const connect = (transport: Parameters<typeof zImageAdapter.connect>[1]) =>
		zImageAdapter.connect(zImageAdapter.endpoint({ baseUrl }), transport);
	const result = withStrayFields(
		{ auth_key: 'the-key' },
		'image_id',
		'prompt',
		'height',
		'width',
		'seed',
		'created_at',
		'metadata',
		'relative_path',
		'preview_relative_path',
	);
	const fields = ['error', 'error_code', 'error_hint', 'progress'];

	it('a submit', () =>
		expectReadable(withStrayFields({ task_id: 'a' }, 'status_url', 'image_url'), connect, submit, ({ job }) => {
			expect(job.id).toMatch(/~1~a$/);
		}));
	it('a poll', () =>
		expectReadable(
			fc.oneof(result, stray).chain((strayResult) =>
				withStrayFields(
					{
						task_id: 'a',
						status: 'SUCCESS',
						image_url: '/generated-images/100%.webp',
						result: strayResult,
					},
					...fields,
				),
			),
			connect,
			poll('a'),
			(snapshot) => {
				expect(snapshot.images).toHaveLength(1);
				expect(URL.canParse(snapshot.images[0]?.url ?? '')).toBe(true);
				expect(JSON.stringify(snapshot)).not.toContain('the-key');
			},
		));
	it('a batch', () => {
		const batchId = '00000000-0000-4000-8000-000000000001';
		const item = withStrayFields(
			{ status: 'success', image_url: '/generated-images/a%2.webp' },
			'task_id',
			'index',
			'width',
			'height',
			'seed',
			'error_code',
			'error_hint',
		);
		const strayEntry = stray.filter((value) => typeof value !== 'object' || value === null);
		const batch = withStrayFields(
			{},
			'task_id',
			'status',
			'created_at',
			'prompt',
			'width',
			'height',
			'relative_path',
			'image_url',
			'seed',
			'batch_size',
			'success_count',
			'failed_count',
		);
		return expectReadable(
			fc.tuple(item, strayEntry, batch).map(([valid, invalid, summary]) => ({
				batch: summary,
				items: [invalid, valid],
				task_id: 'a',
				status: 'SUCCESS',
			})),
			connect,
			poll(`${batchId}~2~a.b`),
			(snapshot) => {
				expect(urlsOf(snapshot)).toContainEqual(expect.stringMatching(/a%252\.(webp|png)$/));
			},
		);
	});
});
