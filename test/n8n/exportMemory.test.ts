import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Stage } from './instance';
import { recordFigure } from '../support/figures';

const stage = new Stage();
const pictures = 100;
const pack = 'n8n-nodes-image-pipelines.';

beforeAll(async () => {
	await stage.open();
	const folder = join(stage.n8n.filesFolder, 'large');
	mkdirSync(folder);
	const first = join(folder, '0.png');
	// The noise is small, so the file has a few megabytes but all the pixels of 4K.
	const grain = await sharp({
		create: {
			width: 1024,
			height: 1024,
			channels: 3,
			noise: { type: 'gaussian', mean: 128, sigma: 30 },
			background: '#888',
		},
	})
		.png()
		.toBuffer();
	await sharp(grain).resize(4096, 4096, { kernel: 'nearest' }).png({ compressionLevel: 6 }).toFile(first);
	for (let n = 1; n < pictures; n++) copyFileSync(first, join(folder, `${n}.png`));
}, 120_000);
afterAll(() => stage.close());

/** Resident size of the n8n process in MB, as Linux reports it. */
function residentMegabytes(): number {
	const status = readFileSync(`/proc/${stage.n8n.pid}/status`, 'utf8');
	return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

async function peakWhile<T>(work: Promise<T>): Promise<{ value: T; peak: number }> {
	let peak = 0;
	const timer = setInterval(() => {
		peak = Math.max(peak, residentMegabytes());
	}, 20);
	try {
		return { value: await work, peak };
	} finally {
		clearInterval(timer);
	}
}

it('a hundred pictures of 4096 × 4096 become one archive in constant memory', async () => {
	const workflow = (glob: string) => ({
		name: `ZIP of ${glob}`,
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
				parameters: { operation: 'read', fileSelector: `={{ '.n8n-files/large/${glob}' }}`, options: {} },
			},
			{
				id: '3',
				name: 'Export',
				type: `${pack}imageExport`,
				typeVersion: 1,
				position: [400, 0] as [number, number],
				parameters: { operation: 'zip' },
			},
		],
		connections: {
			Start: { main: [[{ node: 'Read', type: 'main', index: 0 }]] },
			Read: { main: [[{ node: 'Export', type: 'main', index: 0 }]] },
		},
	});
	const [one, all] = [await stage.install(workflow('0.png')), await stage.install(workflow('*.png'))];
	// The first execution loads modules, which do not count as memory of the pictures.
	expect((await stage.run(one.id)).status).toBe('success');
	const idle = residentMegabytes();
	const { value: execution, peak } = await peakWhile(stage.run(all.id, 240_000));
	expect(execution.status).toBe('success');
	const [item] = execution.data.resultData.runData['Export']?.[0]?.data?.main?.[0] ?? [];
	expect(item?.json).toMatchObject({ images: pictures, failed: [] });
	process.stdout.write(
		`\n${pictures} pictures of ` +
			`${(statSync(join(stage.n8n.filesFolder, 'large', '0.png')).size / 1e6).toFixed(1)} MB: idle ` +
			`${idle.toFixed(0)} MB, peak ${peak.toFixed(0)} MB\n`,
	);
	expect(peak - idle).toBeLessThanOrEqual(150);
	recordFigure('images.archive', `${Math.max(0, peak - idle).toFixed(0)} MB more`);
}, 300_000);
