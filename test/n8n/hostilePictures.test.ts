import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { interlacedPng, jpegOfScans } from '../support/hostileImages';
import { Stage } from './instance';
import { recordFigure } from '../support/figures';

const stage = new Stage();
const pack = 'n8n-nodes-image-pipelines.';

/** The pictures of each attack, and how often each is worked on at the same time. */
const attacks: Array<{ name: string; times: number; make: () => Promise<Buffer>; error: RegExp | null }> = [
	{
		name: 'JPEG of 4000² with 2,000 scans',
		times: 4,
		make: async () => await jpegOfScans(4000, 4000, 2000),
		error: /has 2000 scans/,
	},
	{
		name: 'JPEG of 9992² with 90 scans',
		times: 8,
		make: async () => await jpegOfScans(9992, 9992, 90),
		error: /has 90 scans/,
	},
	{
		name: 'interlaced PNG of 7360² with 16 bits',
		times: 8,
		make: async () => await interlacedPng(7360, 7360),
		error: /needs 326 MB of memory/,
	},
	{
		name: 'JPEG with the most scans allowed',
		times: 4,
		make: async () => await jpegOfScans(4000, 4000, 125),
		error: null,
	},
];

beforeAll(async () => {
	await stage.open();
	const folder = join(stage.n8n.filesFolder, 'pictures');
	await mkdir(folder);
	for (const [index, { make }] of attacks.entries()) await writeFile(join(folder, `${index}.bin`), await make());
	const small = sharp({ create: { width: 64, height: 64, channels: 3, background: '#336699' } });
	await small.jpeg().toFile(join(folder, 'small.bin'));
}, 180_000);
afterAll(() => stage.close());

/**
 * Memory in MB that n8n and the processes for images have each for themselves, as Linux reports it. The pages of
 * Node.js's own file are not counted: all of its processes share them.
 */
function residentMegabytes(): { n8n: number; children: number } {
	const children = readdirSync('/proc').filter((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/workshop/child.js') && isChild(pid);
		} catch {
			return false;
		}
	});
	return { n8n: sizeOf(stage.n8n.pid), children: children.reduce((sum, pid) => sum + sizeOf(pid), 0) };
}

const isChild = (pid: string) =>
	readFileSync(`/proc/${pid}/status`, 'utf8').includes(`PPid:\t${String(stage.n8n.pid)}\n`);

function sizeOf(pid: number | string | undefined): number {
	try {
		return Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) / 1024;
	} catch {
		// It ended between the two looks.
		return 0;
	}
}

/** How late n8n answers, in ms: its event loop alone, a file from its disk, and a row of its database. */
async function lateness() {
	const { session } = stage.client;
	const answer = async (path: string) => {
		const from = performance.now();
		const cookie = `${session?.name}=${session?.value}`;
		await (await fetch(`${stage.n8n.url}${path}`, { headers: { cookie } })).arrayBuffer();
		return performance.now() - from;
	};
	const [loop, file, database] = await Promise.all([
		answer('/healthz'),
		answer('/favicon.ico'),
		answer('/rest/login'),
	]);
	return { loop, file, database };
}

async function watched<T>(work: () => Promise<T>) {
	// Each execution leaves some memory to n8n's garbage collector, so every attack has a beginning of its own.
	const idle = residentMegabytes().n8n;
	const worst = { loop: 0, file: 0, database: 0, more: 0, children: 0 };
	const over = new AbortController();
	const watching = (async () => {
		while (!over.signal.aborted) {
			const { n8n, children } = residentMegabytes();
			worst.more = Math.max(worst.more, n8n + children - idle);
			worst.children = Math.max(worst.children, children);
			const late = await lateness();
			for (const of of ['loop', 'file', 'database'] as const) worst[of] = Math.max(worst[of], late[of]);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	})();
	const value = await work();
	over.abort();
	await watching;
	return { value, worst };
}

const thumbnail = (file: string) => ({
	name: `Thumbnail of ${file}`,
	settings: { executionOrder: 'v1' },
	nodes: [
		{
			id: '1',
			name: 'Start',
			type: 'n8n-nodes-base.manualTrigger',
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters: {},
		},
		{
			id: '2',
			name: 'Read',
			type: 'n8n-nodes-base.readWriteFile',
			typeVersion: 1.1,
			position: [200, 0] as [number, number],
			parameters: { operation: 'read', fileSelector: `={{ '.n8n-files/pictures/${file}' }}`, options: {} },
		},
		{
			id: '3',
			name: 'Export',
			type: `${pack}imageExport`,
			typeVersion: 1,
			position: [400, 0] as [number, number],
			parameters: { operation: 'thumbnail', binaryFields: 'data' },
			onError: 'continueRegularOutput',
		},
	],
	connections: {
		Start: { main: [[{ node: 'Read', type: 'main', index: 0 }]] },
		Read: { main: [[{ node: 'Export', type: 'main', index: 0 }]] },
	},
});

it('no picture makes n8n late or large', async () => {
	const small = await stage.install(thumbnail('small.bin'));
	const together = async (id: string, times: number) =>
		await Promise.all(Array.from({ length: times }, () => stage.run(id, 180_000)));
	// The first executions load modules and fill n8n's caches, which do not count as memory of the pictures.
	for (let round = 0; round < 3; round++) await together(small.id, 8);
	const { worst: usual } = await watched(async () => await together(small.id, 8));
	const rows = [{ name: 'eight small pictures, to compare', seconds: 0, ...usual }];
	for (const [index, { name, times, error }] of attacks.entries()) {
		const { id } = await stage.install(thumbnail(`${index}.bin`));
		const from = performance.now();
		const { value: executions, worst } = await watched(async () => await together(id, times));
		rows.push({ name: `${times} × ${name}`, seconds: (performance.now() - from) / 1000, ...worst });
		for (const execution of executions) {
			expect(execution.status).toBe('success');
			const [item] = execution.data.resultData.runData['Export']?.[0]?.data?.main?.[0] ?? [];
			if (error === null) expect(item?.binary).toHaveProperty('thumbnail_0');
			else expect(JSON.stringify(item?.json)).toMatch(error);
		}
	}
	const table = rows.map(
		({ name, seconds, loop, file, database, more, children }) =>
			`${name}: ${seconds.toFixed(1)} s; late by at most ${loop.toFixed(0)} ms (event loop), ` +
			`${file.toFixed(0)} ms (file), ${database.toFixed(0)} ms (database); ` +
			`${more.toFixed(0)} MB more (processes for images: ` +
			`${children.toFixed(0)} MB)`,
	);
	process.stdout.write(`\n${table.join('\n')}\n`);
	for (const { loop, file, database, more } of rows.slice(1)) {
		// On a machine with other work, all answers are late; those of the attacks not much later than the usual ones.
		expect(Math.max(loop, file, database)).toBeLessThan(500 + 3 * Math.max(usual.loop, usual.file, usual.database));
		expect(more).toBeLessThanOrEqual(300);
	}
	const worstOf = (of: 'loop' | 'more') => Math.max(...rows.slice(1).map((row) => row[of])).toFixed(0);
	recordFigure('pictures.delay', `${worstOf('loop')} ms; ${usual.loop.toFixed(0)} ms with small images`);
	recordFigure('pictures.memory', `${worstOf('more')} MB more at most`);
}, 400_000);
