import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { backends } from '../../sandbox/backends';
import { generatedFiles, overviewHeading } from '../support/generated';
import { credentialOf, filesOf, nodeOf, providerFolders, root, tableRow } from '../support/providerFiles';

it('the registry names every provider folder', () => {
	const known = providers.map(({ id }) => id);
	const missing = providerFolders().filter((folder) => !known.includes(folder));
	// Each entry is the line to add to providers/registry.ts.
	expect(
		missing.map((id) => `import { ${id} } from './${id}/definition'; and ${id} in the list "providers"`),
	).toEqual([]);
});

describe.each(providers.map((provider): [string, ProviderDefinition] => [provider.id, provider]))(
	'provider %s',
	(id, provider) => {
		const files = filesOf(provider);

		it('has all its files, where their names say', () => {
			expect(files.required.filter((path) => !existsSync(join(root, path)))).toEqual([]);
		});

		it('has the credential, the node and the stand-in that belong to it', () => {
			const credential = credentialOf(files);
			expect(credential.name).toBe(provider.credential);
			expect(credential.properties.map(({ name }) => name)).toEqual(
				expect.arrayContaining([
					provider.keyField,
					...['baseUrl', 'requestsPerMinute', 'jobsInFlight', 'allowedHosts', 'moreEndpoints'],
				]),
			);
			expect(nodeOf(files.nodeName).description.credentials?.map(({ name }) => name)).toEqual([
				provider.credential,
			]);
			expect(backends.find((backend) => backend.id === id)).toMatchObject({
				displayName: provider.displayName,
				credential: { type: provider.credential },
			});
		});

		it('has an overview on its page that its capabilities confirm', () => {
			const [jobs, count, references, cancel] = tableRow(`docs/${files.page}`, overviewHeading);
			const { maxCount, references: taken, cancelable, poll, webhook } = provider.capabilities;
			expect({ jobs, count, references, cancel }).toEqual({
				jobs: expect.stringMatching(poll === 'none' ? /^answers when done/ : /asynchronous|or batches/),
				count: expect.stringMatching(new RegExp(`^${maxCount}\\b`)),
				references: taken ? expect.stringMatching(new RegExp(`^${taken.max} `)) : '–',
				cancel: cancelable.length === 0 ? '–' : expect.not.stringMatching('–'),
			});
			expect(jobs?.includes('webhooks')).toBe(webhook);
		});
	},
);

it('every stand-in belongs to a provider', () => {
	expect(backends.map(({ id }) => id).sort()).toEqual(providers.map(({ id }) => id).sort());
});

it.each([...generatedFiles()])('%s has what `npm run generate` writes', (path, content) => {
	if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(root, path), content);
	expect(readFileSync(join(root, path), 'utf8')).toBe(content);
});
