import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { imageSaasWebhook } from './webhook';

const secret = 'whsec_test';
const sign = (body: Buffer, key = secret) => ({
	'x-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
});
const body = Buffer.from(
	JSON.stringify({ eventId: 'evt_1', jobId: 'job', status: 'SUCCEEDED', prompt: 'Straße 灯塔 🗼' }),
);

it('the right signature is accepted, in either case of its hex', () => {
	expect(imageSaasWebhook.verify(body, sign(body), secret)).toBe(true);
	expect(
		imageSaasWebhook.verify(
			body,
			{ 'x-signature': `sha256=${sign(body)['x-signature'].slice(7).toUpperCase()}` },
			secret,
		),
	).toBe(true);
});

it('a body with a changed byte is rejected', () => {
	fc.assert(
		fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
			const changed = Buffer.from(body);
			changed.writeUInt8((changed.readUInt8(at) + change) % 256, at);
			expect(imageSaasWebhook.verify(changed, sign(body), secret)).toBe(false);
		}),
	);
});

it.each([
	['another secret', sign(body, 'whsec_other')],
	['no header', {}],
	['an empty header', { 'x-signature': '' }],
	['no hex', { 'x-signature': 'sha256=' }],
	['hex of another length', { 'x-signature': 'sha256=abcd' }],
	['another algorithm', { 'x-signature': sign(body)['x-signature'].replace('sha256', 'sha1') }],
	['two headers', { 'x-signature': [sign(body)['x-signature'], sign(body)['x-signature']] }],
])('%s is rejected', (_what, headers) => {
	expect(imageSaasWebhook.verify(body, headers, secret)).toBe(false);
});

it('an empty secret proves nothing', () => {
	expect(imageSaasWebhook.verify(body, sign(body, ''), '')).toBe(false);
});

it('reads the documented payload, and that of the real server', () => {
	expect(
		imageSaasWebhook.read(
			Buffer.from(
				JSON.stringify({
					eventId: 'evt_1234567890',
					jobId: 'cmk',
					tenantId: 't',
					status: 'SUCCEEDED',
					resultUrls: ['https://assets.example/image1.png'],
					error: null,
					timestamp: 1737893785000,
				}),
			),
		),
	).toMatchObject({
		eventId: 'evt_1234567890',
		timestamp: 1737893785000,
		snapshot: {
			job: { id: 'cmk', status: 'succeeded' },
			images: [{ index: 0, url: 'https://assets.example/image1.png', fileName: 'image1.png' }],
		},
	});
	expect(
		imageSaasWebhook.read(
			Buffer.from(
				JSON.stringify({
					eventId: 17,
					jobId: 'cmk',
					status: 'FAILED',
					error: { code: 'PROVIDER_ERROR', message: 'no' },
					timestamp: 1,
				}),
			),
		),
	).toMatchObject({
		eventId: '17',
		snapshot: { job: { status: 'failed', error: { code: 'upstream' } }, images: [] },
	});
});

it('an unknown status is kept unchanged', () => {
	expect(imageSaasWebhook.read(Buffer.from('{"eventId":1,"jobId":"a","status":"PAUSED"}'))).toMatchObject({
		status: 'PAUSED',
		timestamp: null,
		snapshot: { job: { status: 'running' } },
	});
});

it.each(['', '{', '[]', '{"jobId":"a"}', 'null'])('%j is no delivery', (text) => {
	expect(() => imageSaasWebhook.read(Buffer.from(text))).toThrow(/webhook (body|payload)/);
});

it('whatever the body and the secret, what node:crypto signs is accepted and nothing else', () => {
	fc.assert(
		fc.property(
			fc.uint8Array({ maxLength: 300 }),
			fc.string({ minLength: 1, unit: 'binary' }),
			fc.string({ minLength: 1 }),
			(bytes, key, other) => {
				const raw = Buffer.from(bytes);
				expect(imageSaasWebhook.verify(raw, sign(raw, key), key)).toBe(true);
				if (key !== other) expect(imageSaasWebhook.verify(raw, sign(raw, other), key)).toBe(false);
			},
		),
	);
});

it('a signature with a changed, missing or additional digit is rejected', () => {
	const { 'x-signature': right } = sign(body);
	fc.assert(
		fc.property(
			fc.integer({ min: 7, max: right.length - 1 }),
			fc.constantFrom(...('0123456789abcdef'.match(/./g) ?? [])),
			(at, digit) => {
				fc.pre(right[at] !== digit);
				expect(
					imageSaasWebhook.verify(
						body,
						{ 'x-signature': right.slice(0, at) + digit + right.slice(at + 1) },
						secret,
					),
				).toBe(false);
			},
		),
	);
	for (const wrong of [right.slice(0, -1), `${right}0`, right.slice(7), `${right},${right}`, `sha256=${right}`])
		expect(imageSaasWebhook.verify(body, { 'x-signature': wrong }, secret)).toBe(false);
});

it('the signature is over the bytes, not over what they mean', () => {
	const spaced = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8')), null, 1));
	expect(imageSaasWebhook.verify(spaced, sign(body), secret)).toBe(false);
});

it.each([1e300, -1e300, 8.64e15 + 1])('a timestamp that is no time (%d) is no delivery', (timestamp) => {
	expect(() =>
		imageSaasWebhook.read(Buffer.from(JSON.stringify({ eventId: 1, jobId: 'a', status: 'FAILED', timestamp }))),
	).toThrow(expect.objectContaining({ code: 'malformedResponse' }) as Error);
});

it('whatever JSON is signed, reading it gives a delivery or says that it is none', () => {
	const event = fc.record(
		{
			eventId: fc.oneof(fc.string(), fc.double()),
			jobId: fc.string(),
			status: fc.string(),
			resultUrls: fc.oneof(fc.array(fc.string()), fc.constant(null)),
			error: fc.jsonValue(),
			timestamp: fc.oneof(fc.double(), fc.maxSafeInteger()),
		},
		{ requiredKeys: [] },
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.json(),
				event.map((value) => JSON.stringify(value)),
				fc.string(),
			),
			(text) => {
				try {
					expect(imageSaasWebhook.read(Buffer.from(text)).eventId).not.toBe('');
				} catch (error) {
					expect(error).toMatchObject({ code: 'malformedResponse' });
				}
			},
		),
	);
});
