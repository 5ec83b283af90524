import { createApiClient } from '../../http/apiClient';
import { outcomeOf } from '../../model/errors';
import { providerById } from '../../providers/registry';
import type { AnySandbox } from '../../sandbox/backends';
import { canary } from '../support/canaries';
import { kits, nameOf, startKit } from '../support/conformanceKits';
import { submitCall } from '../support/providerCalls';
import { SecretScan } from '../support/secretScan';

/** A base URL that has a path too many: the error names the address that was asked. */

const dialects = kits.flatMap((kit) =>
	(['document', 'real'] as const).map((dialect) => [`${nameOf(kit)} (${dialect})`, kit, dialect] as const),
);

describe.each(dialects)('%s', (_name, kit, dialect) => {
	const key = canary('base-path');
	let sandbox: AnySandbox;
	beforeAll(async () => {
		sandbox = await startKit(kit, { ...kit.accepts(key), dialect });
	});
	afterAll(() => sandbox.close());

	async function submitTo(path: string) {
		const provider = providerById(kit.backend.id);
		const adapter = await provider.load();
		const config = adapter.endpoint({
			...kit.backend.credential.fields(`${sandbox.url}${path}`),
			...kit.credentialFor?.(dialect),
			[provider.keyField]: key,
		});
		const { submit } = adapter.connect(config, createApiClient(config));
		return await outcomeOf(submit({ prompt: 'A cat', count: 1, ...kit.request }, submitCall()));
	}

	it.each(['/v1/v1', '/v1/images', `/api/${encodeURIComponent(key)}`])('with %s', async (path) => {
		const outcome = await submitTo(path);
		const shown = path.replace(encodeURIComponent(key), '***');
		expect(outcome).toMatchObject({
			ok: false,
			error: { hint: expect.stringContaining(`The request went to ${sandbox.url}${shown}/`) as string },
		});
		expect(outcome.ok ? '' : outcome.error.hint).toContain(`if "${shown}" is too much in it`);
		const scan = new SecretScan();
		scan.value('outcome', outcome);
		scan.assertClean();
	});

	it('without a path, nothing is said of it', async () => {
		const outcome = await submitTo('');
		expect(outcome.ok ? '' : String(outcome.error.hint)).not.toContain('The request went to');
	});
});
