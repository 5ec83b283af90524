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
import { imageSaasAdapter } from './adapter';
import { imageSaasWebhook } from './webhook';

/** A paid answer is read, even if fields that are not required have unexpected values. */

describe('Image SaaS', () => {
	const connect = (transport: Parameters<typeof imageSaasAdapter.connect>[1]) =>
		imageSaasAdapter.connect(imageSaasAdapter.endpoint({ baseUrl, apiKey: 'key' }), transport);
	const resultUrls = amongStrayEntries(fc.constant(imageUrl)).map((list) => list as unknown);

	it('a submit', () =>
		expectReadable(
			withStrayFields(
				{ jobId: 'a' },
				'status',
				'resultUrls',
				'error',
				'createdAt',
				'updatedAt',
				'tenantId',
				'message',
			),
			connect,
			submit,
			({ job }) => {
				expect(job.id).toBe('a');
			},
		));
	it('a poll', () =>
		expectReadable(
			resultUrls.chain((list) =>
				withStrayFields(
					{ status: 'SUCCEEDED', jobId: 'a', resultUrls: list },
					'error',
					'createdAt',
					'updatedAt',
					'prompt',
				),
			),
			connect,
			poll('a'),
			(snapshot) => {
				expect(urlsOf(snapshot)).toEqual([imageUrl]);
			},
		));
	it('a row of the list', () =>
		expectReadable(
			resultUrls
				.chain((list) =>
					amongStrayEntries<object>(
						withStrayFields(
							{ id: 'a', status: 'SUCCEEDED', resultUrls: list },
							'prompt',
							'mode',
							'errorCode',
							'errorMessage',
							'createdAt',
							'updatedAt',
						),
						fc.constant<object>({ id: 'b', status: 'RUNNING' }),
					),
				)
				.chain((items) => withStrayFields({ items }, 'hasMore')),
			connect,
			async (session) => {
				const observation = (await session.poll?.(['a', 'b'], {}))?.get('a');
				if (!observation?.ok) throw new Error('not polled');
				return observation.snapshot;
			},
			(snapshot) => {
				expect(urlsOf(snapshot)).toEqual([imageUrl]);
			},
		));
	it('a webhook', () => {
		fc.assert(
			fc.property(
				resultUrls.chain((list) =>
					withStrayFields(
						{
							eventId: 17,
							jobId: 'a',
							status: 'SUCCEEDED',
							timestamp: 1_737_893_785_000,
							resultUrls: list,
						},
						'error',
						'tenantId',
						'prompt',
						'createdAt',
					),
				),
				(payload) => {
					const { snapshot, eventId } = imageSaasWebhook.read(Buffer.from(JSON.stringify(payload)));
					expect([eventId, snapshot.job.id, urlsOf(snapshot)]).toEqual(['17', 'a', [imageUrl]]);
				},
			),
		);
	});
});
