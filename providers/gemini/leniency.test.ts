import type { JobSnapshot } from '../../model/job';
import {
	amongStrayEntries,
	base64,
	bytesOf,
	expectReadable,
	poll,
	request,
	submit,
	withStrayFields,
} from '../../test/support/lenientAnswers';
import { submitCall } from '../../test/support/providerCalls';
import { geminiAdapter } from './adapter';

/** A paid answer is read, even if fields that are not required have unexpected values. */

describe('Gemini', () => {
	const connect = (transport: Parameters<typeof geminiAdapter.connect>[1]) =>
		geminiAdapter.connect(geminiAdapter.endpoint({ apiKey: 'AIza-key' }), transport);
	const part = withStrayFields({ inlineData: { mimeType: 'image/png', data: base64 } }, 'text', 'thoughtSignature');
	const candidate = amongStrayEntries(part)
		.chain((parts) => withStrayFields({ parts }, 'role'))
		.chain((content) =>
			withStrayFields(
				{ content },
				'finishReason',
				'finishMessage',
				'index',
				'safetyRatings',
				'citationMetadata',
				'tokenCount',
				'groundingMetadata',
				'avgLogprobs',
			),
		);
	const answer = amongStrayEntries(candidate).chain((candidates) =>
		withStrayFields(
			{ candidates },
			'promptFeedback',
			'usageMetadata',
			'modelVersion',
			'responseId',
			'createTime',
			'sdkHttpResponse',
			'modelStatus',
		),
	);
	const withPicture = (snapshot: JobSnapshot) => {
		expect(bytesOf(snapshot)).toContain(base64);
	};

	it('an answer', () => expectReadable(answer, connect, submit, withPicture));
	it('what it says of tokens', () => {
		const usage = withStrayFields(
			{},
			'promptTokenCount',
			'candidatesTokenCount',
			'thoughtsTokenCount',
			'totalTokenCount',
			'candidatesTokensDetails',
		);
		return expectReadable(
			usage.map((usageMetadata) => ({
				candidates: [{ content: { parts: [{ inlineData: { data: base64 } }] } }],
				usageMetadata,
			})),
			connect,
			submit,
			withPicture,
		);
	});
	it('a new batch', () =>
		expectReadable(
			withStrayFields({}, 'displayName', 'state', 'model', 'createTime', 'updateTime', 'endTime', 'output').chain(
				(metadata) => withStrayFields({ name: 'batches/a', metadata }, 'done', 'error', 'response'),
			),
			connect,
			async (session) => await session.submit({ ...request, extras: { batch: true } }, submitCall()),
			({ job }) => {
				expect(job.id).toBe('batches/a');
			},
		));
	it('a batch that has ended', () => {
		const responses = amongStrayEntries(
			answer.chain((response) => withStrayFields({ response }, 'error', 'metadata')),
		);
		const metadata = responses.chain((inlinedResponses) =>
			withStrayFields(
				{ state: 'BATCH_STATE_SUCCEEDED', output: { inlinedResponses: { inlinedResponses } } },
				'displayName',
				'model',
				'createTime',
				'updateTime',
				'endTime',
				'batchStats',
			),
		);
		return expectReadable(
			metadata.chain((about) =>
				withStrayFields({ name: 'batches/a', metadata: about }, 'done', 'error', 'response'),
			),
			connect,
			poll('batches/a'),
			withPicture,
		);
	});
});
