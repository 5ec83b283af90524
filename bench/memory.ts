import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { toImageError } from '../model/errors';
import type { Figure, Report } from './report';
import { base, type BenchStage, chain, pack, peakWhile, promptsFrom } from './stage';

const pictures = 100;

/** A picture of 20 MB that cannot be compressed further, at any address of the server. */
async function servePictures(): Promise<{ url: string; megabytes: number; close: () => void }> {
	const picture = await sharp({
		create: {
			width: 2_580,
			height: 2_580,
			channels: 3,
			noise: { type: 'gaussian', mean: 128, sigma: 80 },
			background: '#888',
		},
	})
		.png({ compressionLevel: 0 })
		.toBuffer();
	const server = createServer((_request, response) => {
		response.writeHead(200, { 'content-type': 'image/png', 'content-length': picture.length });
		response.end(picture);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		megabytes: picture.length / 1e6,
		close: () => server.close(),
	};
}

/** Benchmark 7: many large pictures downloaded and put into one archive. */
export async function memory(withStage: <T>(run: (stage: BenchStage) => Promise<T>) => Promise<T>): Promise<Report> {
	const files = await servePictures();
	const itemsOf = (n: number) =>
		`return Array.from({ length: ${n} }, (_, n) => ({ json: { url: '${files.url}/' + n + '.png', job: { ` +
		`provider: 'imageSaas', id: 'job-' + n, status: 'succeeded', error: null }, images: [{ index: 0, ` +
		`url: '${files.url}/' + n + '.png', fileName: n + '.png', mimeType: 'image/png', width: null, ` +
		`height: null, bytes: null, seed: null }], request: { prompt: 'No. ' + n } } }));`;
	const make = (n: number) => ({
		name: 'Items',
		type: `${base}code`,
		typeVersion: 2,
		parameters: { jsCode: itemsOf(n) },
	});
	const start = (path: string) => promptsFrom(path).slice(0, 1);

	const ours = await withStage(async (stage) => {
		const credentials = { imageSaasApi: await stage.credential() };
		const workflow = (path: string, n: number) =>
			chain(path, [
				...start(path),
				make(n),
				{ name: 'Poll', type: `${pack}imagePoll`, typeVersion: 1, credentials, parameters: { options: {} } },
				{ name: 'Export', type: `${pack}imageExport`, typeVersion: 1, parameters: { operation: 'zip' } },
			]);
		return await peakOf(stage, workflow);
	});
	const rival = await withStage(async (stage) => {
		const workflow = (path: string, n: number) =>
			chain(path, [
				...start(path),
				make(n),
				{
					name: 'Download',
					type: `${base}httpRequest`,
					typeVersion: 4.2,
					parameters: {
						url: '={{ $json.url }}',
						options: {
							batching: { batch: { batchSize: 5, batchInterval: 0 } },
							response: { response: { responseFormat: 'file' } },
						},
					},
				},
				{
					name: 'Together',
					type: `${base}aggregate`,
					typeVersion: 1,
					parameters: { aggregate: 'aggregateAllItemData', options: { includeBinaries: true } },
				},
				{
					name: 'ZIP',
					type: `${base}compression`,
					typeVersion: 1.1,
					parameters: {
						operation: 'compress',
						binaryPropertyName: "={{ Object.keys($binary).join(',') }}",
						outputFormat: 'zip',
						fileName: 'pictures.zip',
					},
				},
			]);
		return await peakOf(stage, workflow);
	});
	files.close();
	const figures: Figure[] = [{ name: 'ours, peak over idle', value: ours.megabytes, unit: 'MB', max: 150 }];
	if (rival.failure === null)
		figures.push(
			{
				name: "n8n's HTTP Request, Aggregate and Compression, peak over idle",
				value: rival.megabytes,
				unit: 'MB',
			},
			{ name: 'ours / rival', value: ours.megabytes / rival.megabytes, unit: '×' },
		);
	else
		figures.push({
			name: "n8n's HTTP Request, Aggregate and Compression, peak over idle until it failed",
			value: rival.megabytes,
			unit: 'MB',
		});
	return {
		id: 'memory',
		title: `7. Memory: ${pictures} pictures of ${files.megabytes.toFixed(1)} MB downloaded and exported as ZIP`,
		figures,
		remarks: [
			'Resident memory of the n8n process, binary data on disk. Idle is the value after the same ' +
				'workflow with one image.',
			'Four images are downloaded at a time, streamed to disk. The export alone stays below 60 MB ' +
				'(`test/n8n/exportMemory.test.ts`), so the downloads cause what exceeds the limit.',
			...(ours.failure === null ? [] : [`Ours failed: ${ours.failure}`]),
			...(rival.failure === null ? [] : [`The rival failed: ${rival.failure}`]),
		],
	};
}

async function peakOf(
	stage: BenchStage,
	workflow: (path: string, n: number) => Parameters<BenchStage['publish']>[0],
): Promise<{ megabytes: number; failure: string | null }> {
	const one = await stage.publish(workflow('one', 1));
	const all = await stage.publish(workflow('all', pictures));
	await stage.runByWebhook(one, 'one', {}, 60_000);
	const idle = stage.residentMegabytes();
	let failure: string | null = null;
	const { peak } = await peakWhile(
		stage,
		stage.runByWebhook(all, 'all', {}, 400_000).catch((thrown: unknown) => {
			failure = toImageError(thrown).message.slice(0, 300);
		}),
	);
	return { megabytes: peak - idle, failure };
}
