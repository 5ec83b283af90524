import fc from 'fast-check';
import type { JobSnapshot } from '../model/job';
import type { ImageRequest } from '../model/request';
import { jsonServer } from '../test/support/jsonServer';
import { submitCall } from '../test/support/providerCalls';
import { aiBatchAdapter } from './aiBatch/adapter';
import { geminiAdapter } from './gemini/adapter';
import { imageSaasAdapter } from './imageSaas/adapter';
import { imageSaasWebhook } from './imageSaas/webhook';
import { jimengAdapter } from './jimeng/adapter';
import { nanoBananaProAdapter } from './nanoBananaPro/adapter';
import { toImage } from './nanoBananaPro/mapping';
import type { Session } from './provider';
import { zImageAdapter } from './zImage/adapter';

/** A paid answer must come through whatever stands beside what names the job or holds a picture. */

const request: ImageRequest = { prompt: 'A fox', count: 1 };
const baseUrl = 'https://server.example';
const picture = 'https://img.example/picture.png';
const base64 = Buffer.from('a picture').toString('base64');

/** Anything a field may hold, with what has broken something before. */
const stray = fc.oneof(
	{ weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
	{
		weight: 2,
		arbitrary: fc.constantFrom(
			null,
			'',
			'%',
			'100%',
			'not a date',
			'2026-13-45T99:99:99Z',
			'\ud800',
			1e300,
			-1e300,
			1.5,
			-1,
			0,
			'7',
			'1e400',
			[],
			[null],
			{},
			{ '': null },
			true,
			'x'.repeat(5_000),
			'__proto__',
			'https://a.example/%E0%A4%A.png',
		),
	},
);

/** The needed fields, and any of the others with anything in them. */
function beside<T extends object>(needed: T, ...others: string[]): fc.Arbitrary<T> {
	return fc
		.record(Object.fromEntries(others.map((name) => [name, stray])), { requiredKeys: [] })
		.map((odd) => ({ ...odd, ...needed }));
}

/** Good entries, with others among them that are not what they should be. */
const among = <T>(...good: Array<fc.Arbitrary<T>>) =>
	fc
		.tuple(
			fc.array(stray.filter((value) => typeof value !== 'string')),
			...good,
			fc.array(stray.filter((value) => typeof value !== 'string')),
		)
		.map(([before, ...rest]) => [...before, ...rest.slice(0, -1), ...(rest.at(-1) as unknown[])]);

async function holds(
	answers: fc.Arbitrary<unknown>,
	connect: (transport: ReturnType<typeof jsonServer>['transport']) => Session,
	ask: (session: Session) => Promise<JobSnapshot>,
	check: (snapshot: JobSnapshot) => void,
): Promise<void> {
	await fc.assert(
		fc.asyncProperty(answers, async (body) => {
			const snapshot = await ask(connect(jsonServer(() => ({ body })).transport));
			check(snapshot);
			const { progress, total, completed, createdAt, updatedAt } = snapshot.job;
			for (const number of [progress, total, completed])
				expect(number === null || (Number.isFinite(number) && number >= 0)).toBe(true);
			for (const time of [createdAt, updatedAt])
				expect(time === null || new Date(time).toISOString() === time).toBe(true);
			expect(() => JSON.stringify(snapshot)).not.toThrow();
		}),
		{ numRuns: 300 },
	);
}

const submitted = async (session: Session) => await session.submit(request, submitCall());
const polled = (id: string) => async (session: Session) => {
	const observation = (await session.poll?.([id], {}))?.get(id);
	if (!observation?.ok) throw observation?.error ?? new Error('not polled');
	return observation.snapshot;
};
const urls = ({ images }: JobSnapshot) => images.map(({ url }) => url);
const bytes = ({ images }: JobSnapshot) => images.map(({ inline }) => inline?.toString('base64'));

describe('Image SaaS', () => {
	const connect = (transport: Parameters<typeof imageSaasAdapter.connect>[1]) =>
		imageSaasAdapter.connect(imageSaasAdapter.endpoint({ baseUrl, apiKey: 'key' }), transport);
	const resultUrls = among(fc.constant(picture)).map((list) => list as unknown);

	it('a submit', () =>
		holds(
			beside({ jobId: 'a' }, 'status', 'resultUrls', 'error', 'createdAt', 'updatedAt', 'tenantId', 'message'),
			connect,
			submitted,
			({ job }) => {
				expect(job.id).toBe('a');
			},
		));
	it('a poll', () =>
		holds(
			resultUrls.chain((list) =>
				beside(
					{ status: 'SUCCEEDED', jobId: 'a', resultUrls: list },
					'error',
					'createdAt',
					'updatedAt',
					'prompt',
				),
			),
			connect,
			polled('a'),
			(snapshot) => {
				expect(urls(snapshot)).toEqual([picture]);
			},
		));
	it('a row of the list', () =>
		holds(
			resultUrls
				.chain((list) =>
					among<object>(
						beside(
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
				.chain((items) => beside({ items }, 'hasMore')),
			connect,
			async (session) => {
				const observation = (await session.poll?.(['a', 'b'], {}))?.get('a');
				if (!observation?.ok) throw new Error('not polled');
				return observation.snapshot;
			},
			(snapshot) => {
				expect(urls(snapshot)).toEqual([picture]);
			},
		));
	it('a webhook', () => {
		fc.assert(
			fc.property(
				resultUrls.chain((list) =>
					beside(
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
					expect([eventId, snapshot.job.id, urls(snapshot)]).toEqual(['17', 'a', [picture]]);
				},
			),
		);
	});
});

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
	const enveloped = (data: fc.Arbitrary<object>) => data.chain((value) => beside({ data: value }, 'code', 'message'));

	it('a submit', () =>
		holds(enveloped(beside({ id: 'a' }, 'status', 'images', ...fields)), connect, submitted, ({ job }) => {
			expect(job.id).toMatch(/^a(~1)?$/);
		}));
	it('a poll', () => {
		const image = beside(
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
		return holds(
			enveloped(among(image).chain((images) => beside({ id: 'a', status: 'completed', images }, ...fields))),
			connect,
			polled('a'),
			(snapshot) => {
				expect(urls(snapshot)).toContain(toImage({ id: 'p' }, 0, (id) => `${baseUrl}/api/v1/images/${id}`).url);
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
	const enveloped = (data: fc.Arbitrary<object>) => data.chain((value) => beside({ data: value }, 'code', 'message'));

	it('a submit', () =>
		holds(
			enveloped(beside({ task_id: 'a' }, 'status', 'image_url', 'local_path', ...fields)),
			connect,
			submitted,
			({ job }) => {
				expect(job.id).toBe('a');
			},
		));
	it('a poll', () =>
		holds(
			enveloped(beside({ task_id: 'a', status: 'completed', image_url: picture }, 'local_path', ...fields)),
			connect,
			polled('a'),
			(snapshot) => {
				expect(urls(snapshot)).toEqual([picture]);
			},
		));
});

describe('Z-Image', () => {
	const connect = (transport: Parameters<typeof zImageAdapter.connect>[1]) =>
		zImageAdapter.connect(zImageAdapter.endpoint({ baseUrl }), transport);
	const result = beside(
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
		holds(beside({ task_id: 'a' }, 'status_url', 'image_url'), connect, submitted, ({ job }) => {
			expect(job.id).toMatch(/~1~a$/);
		}));
	it('a poll', () =>
		holds(
			fc
				.oneof(result, stray)
				.chain((odd) =>
					beside(
						{ task_id: 'a', status: 'SUCCESS', image_url: '/generated-images/100%.webp', result: odd },
						...fields,
					),
				),
			connect,
			polled('a'),
			(snapshot) => {
				expect(snapshot.images).toHaveLength(1);
				expect(URL.canParse(snapshot.images[0]?.url ?? '')).toBe(true);
				expect(JSON.stringify(snapshot)).not.toContain('the-key');
			},
		));
	it('a batch', () => {
		const batchId = '00000000-0000-4000-8000-000000000001';
		const item = beside(
			{ status: 'success', image_url: '/generated-images/a%2.webp' },
			'task_id',
			'index',
			'width',
			'height',
			'seed',
			'error_code',
			'error_hint',
		);
		const odd = stray.filter((value) => typeof value !== 'object' || value === null);
		const batch = beside(
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
		return holds(
			fc
				.tuple(item, odd, batch)
				.map(([good, bad, about]) => ({ batch: about, items: [bad, good], task_id: 'a', status: 'SUCCESS' })),
			connect,
			polled(`${batchId}~2~a.b`),
			(snapshot) => {
				expect(urls(snapshot)).toContainEqual(expect.stringMatching(/a%252\.(webp|png)$/));
			},
		);
	});
});

describe('Jimeng', () => {
	const connect = (transport: Parameters<typeof jimengAdapter.connect>[1]) =>
		jimengAdapter.connect(jimengAdapter.endpoint({ baseUrl, sessionId: 'session' }), transport);
	const entry = fc.oneof(
		beside({ url: picture }, 'revised_prompt'),
		beside({ b64_json: base64 }, 'url', 'revised_prompt'),
	);

	it('an answer', () =>
		holds(
			among(entry).chain((data) =>
				beside({ data }, 'created', 'code', 'message', 'error', 'input_images', 'composition_type'),
			),
			connect,
			submitted,
			(snapshot) => {
				expect(
					[...urls(snapshot), ...bytes(snapshot)].filter((one) => one === picture || one === base64),
				).toHaveLength(1);
			},
		));
});

describe('AI Batch', () => {
	const connect = (transport: Parameters<typeof aiBatchAdapter.connect>[1]) =>
		aiBatchAdapter.connect(aiBatchAdapter.endpoint({ baseUrl, upstreamApiKey: 'key' }), transport);
	const entry = beside({ base64 }, 'filename', 'url', 'mime_type', 'size');

	it('an answer', () =>
		holds(
			among(entry).chain((images) =>
				beside(
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
			submitted,
			(snapshot) => {
				expect(bytes(snapshot)).toContain(base64);
			},
		));
});

describe('Gemini', () => {
	const connect = (transport: Parameters<typeof geminiAdapter.connect>[1]) =>
		geminiAdapter.connect(geminiAdapter.endpoint({ apiKey: 'AIza-key' }), transport);
	const part = beside({ inlineData: { mimeType: 'image/png', data: base64 } }, 'text', 'thoughtSignature');
	const candidate = among(part)
		.chain((parts) => beside({ parts }, 'role'))
		.chain((content) =>
			beside(
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
	const answer = among(candidate).chain((candidates) =>
		beside(
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
		expect(bytes(snapshot)).toContain(base64);
	};

	it('an answer', () => holds(answer, connect, submitted, withPicture));
	it('what it says of tokens', () => {
		const usage = beside(
			{},
			'promptTokenCount',
			'candidatesTokenCount',
			'thoughtsTokenCount',
			'totalTokenCount',
			'candidatesTokensDetails',
		);
		return holds(
			usage.map((usageMetadata) => ({
				candidates: [{ content: { parts: [{ inlineData: { data: base64 } }] } }],
				usageMetadata,
			})),
			connect,
			submitted,
			withPicture,
		);
	});
	it('a new batch', () =>
		holds(
			beside({}, 'displayName', 'state', 'model', 'createTime', 'updateTime', 'endTime', 'output').chain(
				(metadata) => beside({ name: 'batches/a', metadata }, 'done', 'error', 'response'),
			),
			connect,
			async (session) => await session.submit({ ...request, extras: { batch: true } }, submitCall()),
			({ job }) => {
				expect(job.id).toBe('batches/a');
			},
		));
	it('a batch that has ended', () => {
		const responses = among(answer.chain((response) => beside({ response }, 'error', 'metadata')));
		const metadata = responses.chain((inlinedResponses) =>
			beside(
				{ state: 'BATCH_STATE_SUCCEEDED', output: { inlinedResponses: { inlinedResponses } } },
				'displayName',
				'model',
				'createTime',
				'updateTime',
				'endTime',
				'batchStats',
			),
		);
		return holds(
			metadata.chain((about) => beside({ name: 'batches/a', metadata: about }, 'done', 'error', 'response')),
			connect,
			polled('batches/a'),
			withPicture,
		);
	});
});
