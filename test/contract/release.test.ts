import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import { root } from '../support/providerFiles';

interface Component {
	name: string;
	version: string;
	licenses?: Array<{ license?: { id?: string; name?: string }; expression?: string }>;
}

/** Licences with which anyone may use and pass on the pack together with the package. */
const free = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'LGPL-3.0-or-later', 'MIT', 'OFL-1.1'];

/** As `npm run sbom` writes it. It is asked in a process of its own, because jest cannot load its module. */
const { components } = JSON.parse(
	execFileSync(
		process.execPath,
		[
			'-e',
			"import('./scripts/setup/sbom.mjs').then(async ({ sbom }) => console.log(JSON.stringify(await sbom())))",
		],
		{ cwd: root, encoding: 'utf8', maxBuffer: 32e6 },
	),
) as { components: Component[] };

const licencesOf = ({ licenses = [] }: Component) =>
	licenses.flatMap(({ license, expression }) =>
		(expression ?? license?.id ?? license?.name ?? '').split(/ (?:AND|OR) /),
	);

it('the bill of materials has every dependency, and only free licences', () => {
	const names = components.map(({ name }) => name);
	expect(Object.keys(manifest.dependencies).filter((name) => !names.includes(name))).toEqual([]);
	const unfree = components.filter((component) => {
		const licences = licencesOf(component);
		return licences.length === 0 || licences.some((licence) => !free.includes(licence));
	});
	expect(unfree.map(({ name, version }) => `${name}@${version}`)).toEqual([]);
});

it('no dependency of users needs an install script', () => {
	const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
		packages: Record<string, { dev?: boolean; peer?: boolean; hasInstallScript?: boolean }>;
	};
	const withScript = Object.entries(packages).filter(
		([, { dev, peer, hasInstallScript }]) => hasInstallScript && !dev && !peer,
	);
	// Its script only warns about the range of a version. `test/n8n/packed.test.ts` installs without scripts.
	expect(withScript.map(([path]) => path)).toEqual(['node_modules/protobufjs']);
});

const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((file): [string, string] => [file, readFileSync(join(folder, file), 'utf8')]);
const publish = new Map(workflows).get('publish.yml') ?? '';

it.each(workflows)('%s pins every action to a commit, and its token may only read the repository', (_file, text) => {
	const uses = [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action);
	expect(uses.length).toBeGreaterThan(0);
	expect(uses.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
	expect(text).toMatch(/^permissions:\n {2}contents: read\n/m);
	expect(text).not.toMatch(/secrets\.|pull_request_target|contents: write/);
});

it('publishes with provenance, by trusted publishing, after all tests', () => {
	expect(publish).toContain('id-token: write');
	expect(publish).toMatch(/npm publish \S+ --provenance --access public/);
	expect(publish).toContain('needs: test');
	expect(publish).toContain('.ci/run');
});

it.each([
	['another tag', { tag: 'v1.2.4' }, /The tag v1.2.4 is not the version 1.2.3/],
	['a changelog without the version', { changelog: '## 1.2.3 (unreleased)' }, /no heading "## 1.2.3"/],
	['another repository', { repository: 'other/one' }, /must be https:\/\/github.com\/other\/one/],
])('a release with %s is refused before anything is published', async (_what, change, message) => {
	const script: string = '../../scripts/release/checkVersion.cjs';
	const { problemsOf } = (await import(script)) as { problemsOf: (release: object) => string[] };
	const release = {
		tag: 'v1.2.3',
		repository: 'owner/name',
		manifest: { version: '1.2.3', repository: { url: 'git+https://github.com/owner/name.git' } },
		changelog: '# Changelog\n\n## 1.2.3\n',
	};
	expect(problemsOf(release)).toEqual([]);
	expect(problemsOf({ ...release, ...change })).toEqual([expect.stringMatching(message)]);
});
