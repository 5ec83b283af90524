import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { n8n, name } from '../../package.json';
import { projectRoot } from '../../scripts/lib/n8nInstance';
import { recordFigure } from '../support/figures';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'image-pipelines-packed-test-'));
let tarball = '';
let files: Array<{ path: string; size: number }> = [];

beforeAll(async () => {
	const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
		cwd: projectRoot,
		maxBuffer: 16e6,
	});
	({ files } = (JSON.parse(stdout) as [{ files: typeof files }])[0]);
	tarball = join(folder, readdirSync(folder).find((file) => file.startsWith(name)) ?? '');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the compiled part of the tarball has only code, icons and codex files', () => {
	const compiled = files.filter(({ path }) => path.startsWith('dist/'));
	const folders = new Set(compiled.map(({ path }) => path.split('/')[1]));
	expect([...folders].sort()).toEqual([
		'credentials',
		'http',
		'images',
		'jobs',
		'memory',
		'model',
		'nodes',
		'providers',
	]);
	expect(compiled.filter(({ path }) => !/\.(js|svg|json)$/.test(path))).toEqual([]);
	expect(compiled.filter(({ path }) => /[.]test[.]|[/]testing[/]/.test(path))).toEqual([]);
	expect(compiled.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(3_000_000);
	for (const file of [...n8n.nodes, ...n8n.credentials]) expect(compiled.map(({ path }) => path)).toContain(file);
});

it('installs without scripts, and every node and credential loads', async () => {
	const script = join(projectRoot, 'scripts', 'release', 'installPacked.cjs');
	const { stdout } = await run(process.execPath, [script, tarball], { cwd: folder });
	const count = n8n.nodes.length + n8n.credentials.length;
	expect(stdout).toMatch(new RegExp(`^${count} loaded, image of \\d+ bytes$`, 'm'));
	recordFigure('package.loaded', `${count} of ${count} loaded`);
}, 240_000);
