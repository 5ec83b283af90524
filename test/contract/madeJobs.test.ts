import type { ApiTransport } from '../../http/apiClient';
import { ImageError } from '../../model/errors';
import { providerById } from '../../providers/registry';
import { allKits, nameOf } from '../support/conformanceKits';
import { submitCall } from '../support/providerCalls';

/**
 * A job that an earlier request made is paid, and its ID is known. To give it must not depend on any answer, because a
 * read that fails would lose it.
 */
const findable = allKits.filter(({ backend }) => providerById(backend.id).capabilities.idempotency !== 'none');

it('most providers can find a job again', () => {
	expect(new Set(findable.map(({ backend }) => backend.id)).size).toBeGreaterThan(3);
});

const dialects = findable.flatMap((kit) =>
	(kit.dialects ?? (['document', 'real'] as const)).map(
		(dialect) => [`${nameOf(kit)} (${dialect})`, kit, dialect] as const,
	),
);

it.each(dialects)('%s: a job that was made is given although every request fails', async (_name, kit, dialect) => {
	const provider = providerById(kit.backend.id);
	const adapter = await provider.load();
	const config = adapter.endpoint({
		...kit.backend.credential.fields('http://127.0.0.1:9'),
		...kit.credentialFor?.(dialect),
	});
	let sent = 0;
	const refuse = async () => {
		sent++;
		return await Promise.reject(new ImageError('invalidRequest', { message: 'Not found', httpStatus: 404 }));
	};
	const transport: ApiTransport = {
		send: refuse,
		open: refuse,
		async *socket() {
			yield await refuse();
		},
	};
	const session = adapter.connect(config, transport);
	const made = new Map([
		[0, 'made-0'],
		[1, 'made-1'],
	]);
	const { job } = await session.submit({ prompt: 'A cat', count: 2, ...kit.request }, submitCall({ made }));
	expect(job).toMatchObject({ id: expect.stringContaining('made-0') as string, status: 'queued', error: null });
	expect(sent).toBe(0);
});
