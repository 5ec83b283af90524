import fc from 'fast-check';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { ProviderAdapter, Session } from '../../providers/provider';
import { jsonServer } from './jsonServer';
import { submitCall } from './providerCalls';

/**
 * For tests of paid answers. The pack must read such an answer, whatever the other fields contain; only the fields that
 * name the job or contain an image matter.
 */

export const request: ImageRequest = { prompt: 'A fox', count: 1 };
export const baseUrl = 'https://server.example';
export const imageUrl = 'https://img.example/picture.png';
export const base64 = Buffer.from('a picture').toString('base64');

/** Any value a field may have, and values that have caused errors before. */
export const stray = fc.oneof(
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

/** The required fields, and some of the other fields with random values. */
export function withStrayFields<T extends object>(required: T, ...others: string[]): fc.Arbitrary<T> {
	return fc
		.record(Object.fromEntries(others.map((name) => [name, stray])), { requiredKeys: [] })
		.map((strayFields) => ({ ...strayFields, ...required }));
}

/** Valid entries of a list, with invalid entries before and after them. */
export const amongStrayEntries = <T>(...valid: Array<fc.Arbitrary<T>>) =>
	fc
		.tuple(
			fc.array(stray.filter((value) => typeof value !== 'string')),
			...valid,
			fc.array(stray.filter((value) => typeof value !== 'string')),
		)
		.map(([before, ...rest]) => [...before, ...rest.slice(0, -1), ...(rest.at(-1) as unknown[])]);

export type Connect = (transport: Parameters<ProviderAdapter['connect']>[1]) => Session;

/** Every answer is read without an error, and the snapshot has valid numbers and times. */
export async function expectReadable(
	answers: fc.Arbitrary<unknown>,
	connect: Connect,
	call: (session: Session) => Promise<JobSnapshot>,
	check: (snapshot: JobSnapshot) => void,
): Promise<void> {
	await fc.assert(
		fc.asyncProperty(answers, async (body) => {
			const snapshot = await call(connect(jsonServer(() => ({ body })).transport));
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

export const submit = async (session: Session) => await session.submit(request, submitCall());

export const poll = (id: string) => async (session: Session) => {
	const observation = (await session.poll?.([id], {}))?.get(id);
	if (!observation?.ok) throw observation?.error ?? new Error('not polled');
	return observation.snapshot;
};

export const urlsOf = ({ images }: JobSnapshot) => images.map(({ url }) => url);
export const bytesOf = ({ images }: JobSnapshot) => images.map(({ inline }) => inline?.toString('base64'));
