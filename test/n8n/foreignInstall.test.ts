import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { type ImageSaasSandbox, startImageSaasSandbox } from '../../sandbox';
import {
	bindCredential,
	executionError,
	type N8nInstance,
	nodeOutput,
	packageName,
	projectRoot,
	readWorkflow,
	startN8n,
	templateOwner,
} from '../../scripts/lib/n8nInstance';
import { nodeBinFolder } from '../../scripts/lib/paths';

/** A machine on which n8n was never started: a home folder, and a folder in which the user happens to be. */
const machine = mkdtempSync(join(tmpdir(), 'image-pipelines-foreign-'));
const home = join(machine, 'home');
const elsewhere = join(machine, 'elsewhere');
const apiKey = `img_key_${randomUUID()}`;
const installed = join(home, '.n8n', 'nodes', 'node_modules', packageName);
let n8n: N8nInstance | undefined;
let sandbox: ImageSaasSandbox | undefined;

/** Runs a shell's command line on that machine. */
async function shell(command: string, cwd: string): Promise<void> {
	await promisify(execFile)('sh', ['-ec', command], {
		cwd,
		timeout: 240_000,
		env: {
			...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
			PATH: [nodeBinFolder, process.env['PATH']].join(delimiter),
			HOME: home,
			// The registry and the downloads that this machine uses.
			npm_config_userconfig: join(homedir(), '.npmrc'),
			npm_config_cache: join(homedir(), '.npm'),
		},
	});
}

/** The command of the README's line that begins with this word, as it is written there. */
function readmeCommand(line: string): string {
	const text = readFileSync(join(projectRoot, 'README.md'), 'utf8');
	const command = new RegExp(`^- \\*\\*${line}:\\*\\* .*?\`([^\`]+)\``, 'm').exec(text)?.[1];
	if (!command) throw new Error(`The README has no command for ${line}`);
	return command;
}

beforeAll(() => {
	for (const folder of [home, elsewhere]) mkdirSync(folder);
});

afterAll(async () => {
	await n8n?.kill();
	await sandbox?.close();
	rmSync(machine, { recursive: true, force: true });
});

it("a foreign n8n gets the pack by the README's words, and its quick start makes an image", async () => {
	// The tarball that would be published, installed by the line of the README with the tarball's path.
	await shell(`npm pack --ignore-scripts --pack-destination '${machine}'`, projectRoot);
	const tarball = readdirSync(machine).find((name) => name.endsWith('.tgz')) ?? '';
	const command = readmeCommand('npm');
	expect(command).toContain(` ${packageName}`);
	await shell(command.replace(` ${packageName}`, ` '${join(machine, tarball)}'`), elsewhere);

	n8n = await startN8n({ userFolder: home, workingFolder: elsewhere });
	// Nobody has made the folder for files.
	rmSync(n8n.filesFolder, { recursive: true });
	const client = await n8n.client().signIn(templateOwner);
	sandbox = await startImageSaasSandbox({ settings: { apiKey, jobDurationMs: 200 } });
	const credential = await client.createCredential({
		name: 'My Image SaaS',
		type: 'imageSaasApi',
		data: { baseUrl: sandbox.url, apiKey, allowedHosts: '' },
	});
	const workflow = readWorkflow(join(installed, 'workflows', 'quick-start.json'));
	const { id } = await client.importWorkflow(
		bindCredential(workflow, 'imageSaasApi', credential, ({ parameters }) => parameters['provider'] !== undefined),
	);
	const execution = await client.waitForExecution(await client.runWorkflow(id), 60_000);

	expect(executionError(execution)).toBe('');
	const images = nodeOutput(execution, 'Image Generate').flatMap(({ binary }) => Object.values(binary ?? {}));
	expect(images.map(({ mimeType }) => mimeType)).toEqual(['image/png', 'image/png']);
	for (const image of images)
		expect(await sharp(await client.downloadBinary(image)).metadata()).toMatchObject({
			format: 'png',
			width: 1024,
		});
	expect(readdirSync(elsewhere)).toEqual([]);
}, 300_000);
