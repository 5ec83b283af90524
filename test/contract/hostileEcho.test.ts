import { createApiClient } from '../../http/apiClient';
import { outcomeOf } from '../../model/errors';
import type { AnySandbox } from '../../sandbox/backends';
import { canary } from '../support/canaries';
import { allKits, nameOf, startKit } from '../support/conformanceKits';
import { type Echo, echoes, type EchoProxy, echoProxy } from '../support/echoProxy';
import { submitCall } from '../support/providerCalls';
import { SecretScan } from '../support/secretScan';
import { secretShapes } from '../support/secretShapes';
import { providerById } from '../../providers/registry';

/** A server that repeats the key in its answers, in every form and place. Nothing of it may come through. */

async function all<T>(items: AsyncIterable<T> | undefined): Promise<T[]> {
	const found: T[] = [];
	for await (const item of items ?? []) found.push(item);
	return found;
}

/** The mask knows all shapes; `redact.test.ts` has them. Here it counts that every text passes the mask. */
const onePerForm = secretShapes.filter(
	([form], index) => secretShapes.findIndex(([other]) => other === form) === index,
);

const dialects = allKits.flatMap((kit) =>
	(kit.dialects ?? (['document', 'real'] as const)).map(
		(dialect) => [`${nameOf(kit)} (${dialect})`, kit, dialect] as const,
	),
);

describe.each(dialects)('%s', (_name, kit, dialect) => {
	const key = canary(`echo-${kit.backend.id}`);
	let sandbox: AnySandbox;
	let proxy: EchoProxy;
	beforeAll(async () => {
		sandbox = await startKit(kit, { ...kit.accepts(key), dialect });
		proxy = await echoProxy(sandbox.url);
	});
	beforeEach(() => sandbox.reset());
	afterAll(async () => {
		await proxy.close();
		await sandbox.close();
	});

	/** Makes each request of a session, and searches what it returns and throws. */
	async function scanned(how: Echo, written: string, isMasked = true): Promise<SecretScan> {
		proxy.echo(how, written);
		const adapter = await providerById(kit.backend.id).load();
		const config = adapter.endpoint({
			...kit.backend.credential.fields(proxy.url),
			...kit.credentialFor?.(dialect),
			[providerById(kit.backend.id).keyField]: key,
		});
		// Without an Endpoint, because it would repeat what the server does not accept.
		const session = adapter.connect(config, createApiClient(isMasked ? config : { ...config, secrets: [] }));
		const made = await outcomeOf(session.submit({ prompt: 'A cat', count: 1, ...kit.request }, submitCall()));
		const id = (made.ok ? made.value.job.id : null) ?? '0b0e7a52-5b1c-4e0e-9d3c-1f2a3b4c5d6e';
		const others = [
			() => all(session.list?.({})),
			() => session.poll?.([id], {}),
			() => session.models?.({}),
			() => session.cancel?.(id, {}),
		];
		const scan = new SecretScan();
		scan.value('submit', made);
		for (const other of others) scan.value('another call', await outcomeOf(Promise.resolve(other())));
		return scan;
	}

	it.each(Object.entries(echoes))(
		'%s',
		async (_place, how) => {
			for (const [, , write] of onePerForm) (await scanned(how, write(key))).assertClean();
		},
		60_000,
	);

	it('without the mask, the key would be found', async () => {
		for (const how of [echoes.problem, echoes.page])
			expect((await scanned(how, key, false)).findings).not.toEqual([]);
	});
});
