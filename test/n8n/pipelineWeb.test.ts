import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { openKit } from '../support/conformance';
import { kits } from '../support/conformanceKits';
import { bundled, given, pipelinesBench } from './pipelines';
import { waitingPage } from '../support/waitingPage';

const { files, heal, stage } = pipelinesBench();

describe('webhook-driven', () => {
	it('answers a job at once, is completed by the webhook, and serves state and picture', async () => {
		const { id, nodes } = await stage.install(bundled('webhook-driven'));
		const hook = (name: string) => nodes.find((node) => node.name === name)?.webhookId ?? '';
		stage.sandbox.settings({
			webhookUrl: `${stage.n8n.url}/webhook/${hook('Image Webhook Trigger')}/image-jobs`,
			jobDurationMs: 1_000,
		});
		await stage.client.publishWorkflow(id);
		const post = async (body: object, headers = {}) =>
			await fetch(`${stage.n8n.url}/webhook/images`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', ...headers },
				body: JSON.stringify(body),
			});
		const refOf = async (answer: Response) => ((await answer.json()) as { ref: string }).ref;
		const get = async (ref: string) =>
			await fetch(`${stage.n8n.url}/webhook/${hook('GET images/:ref')}/images/${ref}`);
		const accepted = await post({ prompt: 'A red fox' });
		expect(accepted.status).toBe(202);
		const ref = await refOf(accepted);
		const state = await get(ref);
		expect(state.status).toBe(202);
		expect(await state.json()).toMatchObject({
			ref,
			jobId: stage.sandbox.books().jobs[0]?.id,
			status: expect.stringMatching(/queued|running/) as string,
		});
		await waitUntil({ for: 'the delivered picture', withinMs: 20_000 }, () =>
			Promise.resolve(files(`delivered-${ref}-0`).length > 0 || undefined),
		);
		const polls = stage.sandbox.books().requests['GET /v1/jobs/:jobId'];
		const picture = await get(ref);
		expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
		expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).toMatchObject({ width: 1024 });
		expect(stage.sandbox.books().requests['GET /v1/jobs/:jobId']).toBe(polls);

		expect((await post({ prompt: ' ' })).status).toBe(400);
		expect((await get('0123456789ab')).status).toBe(404);
		// The delivery is missing, or n8n could not write it to disk.
		stage.sandbox.settings({ webhookUrl: null });
		const silent = await refOf(await post({ prompt: 'Silent' }));
		await waitUntil(
			{ for: 'the picture without a delivery', withinMs: 20_000 },
			async () => (await get(silent)).status === 200 || undefined,
		);
		const failed = await refOf(await post({ prompt: 'x [fail:INVALID_REQUEST]' }));
		await waitUntil(
			{ for: 'the failure to be reported', withinMs: 20_000 },
			async () => (await get(failed)).status === 502 || undefined,
		);

		// The same key gives the same job. With another prompt, the key is a conflict.
		const before = stage.sandbox.books().jobs.length;
		const key = { 'Idempotency-Key': 'order 17' };
		const first = await refOf(await post({ prompt: 'An owl' }, key));
		expect(await refOf(await post({ prompt: 'An owl' }, key))).toBe(first);
		expect((await post({ prompt: 'A hen' }, key)).status).toBe(409);
		expect((await post({ prompt: 'An owl' }, { 'Idempotency-Key': 'order 18' })).status).toBe(202);
		expect(stage.sandbox.books().jobs.length).toBe(before + 2);

		// The workflow reports a lost answer as unknown, and the caller's key finds the job.
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 12 });
		const lost = await post({ prompt: 'Lost' }, { 'Idempotency-Key': 'order 19' });
		expect([lost.status, await lost.json()]).toEqual([502, expect.objectContaining({ error: 'unknownOutcome' })]);
		await heal();
		expect((await post({ prompt: 'Lost' }, { 'Idempotency-Key': 'order 19' })).status).toBe(202);
		expect(stage.sandbox.books().jobs.length).toBe(before + 3);
	}, 120_000);
});

describe('export', () => {
	let bucket: Server | undefined;
	// An open server would keep the test run from ending.
	afterEach(() => bucket?.close().closeAllConnections());

	it('serves the history as a ZIP, with a contact sheet on disk, and a copy in a bucket', async () => {
		const { submit } = await openKit(kits[0] ?? ({} as never), stage.sandbox, {
			credential: { apiKey: stage.apiKey },
		});
		for (const prompt of ['A red fox', 'A blue whale', 'A fox at night']) await submit({ prompt }, { key: prompt });
		await waitUntil({ for: 'the jobs to end', withinMs: 20_000 }, () =>
			Promise.resolve(stage.sandbox.books().generationsBilled === 3 || undefined),
		);
		const uploads: string[] = [];
		const server = createServer((request, response) => {
			if (request.method === 'PUT') uploads.push(request.url ?? '');
			request
				.resume()
				.on('end', () =>
					response
						.writeHead(200, { 'content-type': 'application/xml' })
						.end(
							'<?xml version="1.0"?><LocationConstraint ' +
								'xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>',
						),
				);
		});
		bucket = server;
		await new Promise<void>((resolve) => {
			server.listen(0, '127.0.0.1', resolve);
		});
		const { port } = server.address() as AddressInfo;
		const s3 = await stage.client.createCredential({
			name: 'Bucket',
			type: 's3',
			data: {
				endpoint: `http://127.0.0.1:${port}`,
				region: 'us-east-1',
				accessKeyId: 'a',
				secretAccessKey: 'b',
				forcePathStyle: true,
				ignoreSSLIssues: false,
			},
		});
		const workflow = bundled('export');
		const upload = workflow.nodes.find(({ name }) => name === 'Upload to S3');
		if (upload) Object.assign(upload, { disabled: false, credentials: { s3 } });
		const { id } = await stage.install(workflow);
		await stage.client.publishWorkflow(id);
		const get = async (query: string) => await fetch(`${stage.n8n.url}/webhook/image-export${query}`);
		const answer = await get('?prompt=fox');
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-disposition')).toMatch(
			/^attachment; filename="images-\d{4}-\d\d-\d\d\.zip"$/,
		);
		const bytes = Buffer.from(await answer.arrayBuffer());
		expect(bytes.subarray(0, 2).toString()).toBe('PK');
		expect(new Set(bytes.toString('latin1').match(/[0-9a-z]{12}\.webp/g))).toHaveProperty('size', 2);
		await waitUntil({ for: 'the sheet', withinMs: 20_000 }, () =>
			Promise.resolve(files('export-').length === 2 || undefined),
		);
		await waitUntil({ for: 'the upload', withinMs: 20_000 }, () =>
			Promise.resolve(uploads.length > 0 || undefined),
		);
		expect(uploads[0]).toMatch(/^\/images\/export-\d+\.zip/);
		const [sheet = ''] = files('export-').filter((name) => name.endsWith('.jpg'));
		expect(await sharp(join(stage.n8n.filesFolder, sheet)).metadata()).toMatchObject({ format: 'jpeg' });
		expect((await get('?prompt=elephant')).status).toBe(404);
	}, 90_000);
});

describe('compose', () => {
	it('makes every product in every style, shows them large, and keeps the one chosen by its name', async () => {
		const { id, nodes } = await stage.install(bundled('compose'));
		await stage.client.publishWorkflow(id);
		const webhook = nodes.find(({ name }) => name === 'Upload pictures')?.webhookId ?? '';
		const picture = async (color: string) =>
			new Blob(
				[
					new Uint8Array(
						await sharp({ create: { width: 60, height: 40, channels: 3, background: color } })
							.png()
							.toBuffer(),
					),
				],
				{ type: 'image/png' },
			);
		const form = new FormData();
		for (const color of ['red', 'green']) form.append('field-0', await picture(color), `${color}.png`);
		for (const color of ['blue', 'yellow', 'black']) form.append('field-1', await picture(color), `${color}.png`);
		const submitted = await fetch(`${stage.n8n.url}/form/${webhook}`, { method: 'POST', body: form });
		expect(submitted.status).toBe(200);
		const { formWaitingUrl } = (await submitted.json()) as { formWaitingUrl: string };
		const pageWith = (text: string) => waitingPage(formWaitingUrl, text);
		const imagesOn = (html: string) =>
			[...html.matchAll(/<img src="([^"]+)"/g)].map(([, url = '']) => url.replaceAll('&amp;', '&'));
		const sizeOf = async (url = '') => {
			// Without the session of a user, as the person in front of the form.
			const { width, height } = await sharp(Buffer.from(await (await fetch(url)).arrayBuffer())).metadata();
			return { width, height };
		};
		const page = await pageWith('Choose the best');
		const names = [...page.matchAll(/<td><b>([^<]+)<\/b>/g)].map(([, name]) => name);
		expect(names).toHaveLength(12);
		expect(names.slice(0, 3)).toEqual([
			'1. green · black · variant 1',
			'2. green · black · variant 2',
			'3. green · blue · variant 1',
		]);
		const previews = imagesOn(page);
		expect(previews).toHaveLength(12);
		expect(await sizeOf(previews[2])).toEqual({ width: 512, height: 512 });
		for (const name of names) expect(page.split(name ?? '').length).toBeGreaterThan(2);
		const choice = new FormData();
		// As the page sends a choice among radio buttons.
		choice.append('field-1', JSON.stringify([names[2]]));
		expect((await fetch(formWaitingUrl, { method: 'POST', body: choice })).status).toBe(200);
		const last = await pageWith('Saved as');
		expect(last).toContain('3. green · blue · variant 1');
		expect(await sizeOf(imagesOn(last)[0])).toEqual({ width: 1024, height: 1024 });
		const [file = '', ...more] = files('composed-');
		expect(file).toMatch(/^composed-[0-9a-z]{12}-0\.png$/);
		expect(more).toEqual([]);
		expect(last).toContain(join(stage.n8n.filesFolder, file));
		const [execution] = await stage.client.listExecutions({ workflowId: id });
		// The last page ends the execution itself, with JavaScript.
		const shown = await stage.client.waitForExecution(execution?.id ?? '', 20_000, ['waiting', 'success']);
		const kept = given(shown, 'Save to disk');
		expect(kept).toMatchObject([{ json: { choice: names[2] }, binary: { image_0: { mimeType: 'image/png' } } }]);
		const requests = stage
			.other('nanoBananaPro')
			.books()
			.jobs.map(({ request }) => request['refImages']);
		expect(requests).toHaveLength(6);
		expect(new Set(requests.map((names) => String(names)))).toEqual(
			new Set([
				'red.png,blue.png',
				'red.png,yellow.png',
				'red.png,black.png',
				'green.png,blue.png',
				'green.png,yellow.png',
				'green.png,black.png',
			]),
		);
	}, 90_000);
});
