import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { canary } from '../support/canaries';
import { bundled, given, pipelinesBench } from './pipelines';

const { stage } = pipelinesBench();

describe('agent tools', () => {
	interface ChatRequest {
		messages: Array<{ role: string; content: unknown }>;
		tools?: Array<{ function: { name: string; parameters: { properties?: Record<string, unknown> } } }>;
	}

	const open: Server[] = [];
	const installed: string[] = [];
	afterEach(async () => {
		for (const server of open.splice(0)) server.close().closeAllConnections();
		// Two published workflows must not have the same webhook.
		for (const id of installed.splice(0)) await stage.client.unpublishWorkflow(id);
	});

	/** A chat model with a script: one tool call per message, then an answer from the last result. */
	async function scripted(
		script: ReadonlyArray<(requests: readonly ChatRequest[]) => { name: string; arguments: object }>,
	) {
		const requests: ChatRequest[] = [];
		const server = createServer((request, response) => {
			let body = '';
			request
				.on('data', (chunk: Buffer) => {
					body += chunk.toString();
				})
				.on('end', () => {
					requests.push(JSON.parse(body) as ChatRequest);
					const call = script[requests.length - 1]?.(requests);
					const message = call
						? {
								role: 'assistant',
								content: null,
								tool_calls: [
									{
										id: `call-${requests.length}`,
										type: 'function',
										function: { name: call.name, arguments: JSON.stringify(call.arguments) },
									},
								],
							}
						: { role: 'assistant', content: `Here it is: ${addressIn(requests)}` };
					response.writeHead(200, { 'content-type': 'application/json' }).end(
						JSON.stringify({
							id: 'x',
							object: 'chat.completion',
							created: 1,
							model: 'scripted',
							choices: [{ index: 0, finish_reason: call ? 'tool_calls' : 'stop', message }],
							usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
						}),
					);
				});
		});
		await new Promise<void>((resolve) => {
			server.listen(0, '127.0.0.1', resolve);
		});
		open.push(server);
		return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
	}
	const lastResult = (requests: readonly ChatRequest[]) => {
		const { content = '' } = requests.at(-1)?.messages.findLast(({ role }) => role === 'tool') ?? {};
		return typeof content === 'string' ? content : JSON.stringify(content);
	};
	/** What a model that follows the system message passes on: the URL, or the link, or the note. */
	const addressIn = (requests: readonly ChatRequest[]) => {
		const [item] = JSON.parse(lastResult(requests)) as Array<{ images?: Array<Record<string, string | null>> }>;
		const [image] = item?.images ?? [];
		return image?.['url'] ?? image?.['link'] ?? image?.['note'] ?? 'nothing';
	};
	const toolNamed = (requests: readonly ChatRequest[], word: string) =>
		requests[0]?.tools?.find(({ function: { name } }) => name.includes(word))?.function.name ?? `no tool ${word}`;

	/** Sends one message to the bundled workflow, with a provider in both tools that make or poll. */
	async function chat(
		model: { url: string },
		chatInput: string,
		{ provider = 'imageSaas', settings = {} }: { provider?: string; settings?: Record<string, unknown> } = {},
	): Promise<{ output?: string }> {
		const openAi = await stage.client.createCredential({
			name: 'Scripted',
			type: 'openAiApi',
			data: { apiKey: canary('scripted'), url: model.url },
		});
		const workflow = bundled('agent-tools', settings);
		for (const { name, parameters } of workflow.nodes)
			if (name === 'Image Generate' || name === 'Image Poll') Object.assign(parameters, { provider });
		const node = workflow.nodes.find(({ name }) => name === 'OpenAI Chat Model');
		if (node) Object.assign(node, { credentials: { openAiApi: openAi } });
		// Two copies of a chat must not have the same address.
		const webhook = randomUUID();
		for (const trigger of workflow.nodes)
			if (trigger.name === 'When chat message received') trigger.webhookId = webhook;
		const { id } = await stage.install(workflow);
		await stage.client.publishWorkflow(id);
		installed.push(id);
		const answer = await fetch(`${stage.n8n.url}/webhook/${webhook}/chat`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ action: 'sendMessage', sessionId: 's', chatInput }),
		});
		const text = await answer.text();
		try {
			return JSON.parse(text) as { output?: string };
		} catch {
			throw new Error(`The chat answered ${answer.status}: ${text}`);
		}
	}

	const drawAFox = (requests: readonly ChatRequest[]) => ({
		name: toolNamed(requests, 'Generate'),
		arguments: { prompt: 'A red fox in the snow', aspectRatio: '16:9' },
	});
	const pollIt = (requests: readonly ChatRequest[]) => ({
		name: toolNamed(requests, 'Poll'),
		arguments: { jobId: /"id\\?":\s*\\?"([\w-]+)/.exec(lastResult(requests))?.[1] ?? '' },
	});
	/** A picture that someone opens by its address. */
	async function opened(url: string) {
		const answer = await fetch(url);
		const bytes = Buffer.from(await answer.arrayBuffer());
		return { status: answer.status, headers: answer.headers, bytes };
	}
	/** No long run of base64 characters, and nothing of this picture, in all that the model has read. */
	function expectNoBase64(requests: readonly ChatRequest[], picture: Buffer) {
		const read = JSON.stringify(requests);
		expect(read).not.toMatch(/[A-Za-z0-9+/]{200}/);
		expect(read).not.toContain(picture.toString('base64').slice(0, 40));
	}

	it('makes a picture, polls it and answers with its URL; no base64 reaches the model', async () => {
		const model = await scripted([drawAFox, pollIt]);
		const { output } = await chat(model, 'A fox, please');
		expect(output).toMatch(/^Here it is: http.*\.png$/);
		const { status, bytes } = await opened(/http\S+/.exec(output ?? '')?.[0] ?? '');
		expect(status).toBe(200);
		expectNoBase64(model.requests, bytes);
		expect(stage.sandbox.books().jobs.map(({ prompt, request }) => [prompt, request['aspectRatio']])).toEqual([
			['A red fox in the snow', '16:9'],
		]);
		expect(model.requests[0]?.messages[0]).toMatchObject({
			role: 'system',
			content: expect.stringContaining('Never invent an address') as string,
		});
		expect(JSON.stringify(model.requests).length).toBeLessThan(60_000);
	}, 60_000);

	it('a picture without a URL gets a link that shows it, and only this picture', async () => {
		const model = await scripted([drawAFox]);
		const { output } = await chat(model, 'A fox, please', { provider: 'gemini' });
		const link = /http\S+/.exec(output ?? '')?.[0] ?? '';
		expect(link).toMatch(/\/webhook\/agent-images\?ref=[0-9a-z]{12}&image=0$/);
		const { status, headers, bytes } = await opened(link);
		expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
			200,
			'image/png',
			'private, max-age=86400, immutable',
		]);
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: expect.any(Number) as number });
		expectNoBase64(model.requests, bytes);
		expect(lastResult(model.requests)).toMatch(/linkUntil/);
		expect(stage.other('gemini').books()).toMatchObject({ generationsBilled: 1 });

		const [base = '', ref = ''] = [link.split('?')[0], /ref=(\w+)/.exec(link)?.[1]];
		for (const query of [
			`ref=${ref}&image=1`,
			`ref=${ref}&image=-1`,
			`ref=${ref}&image=..%2F0`,
			`ref=${ref}&image=${'9'.repeat(400)}`,
			`ref=${ref}`,
			`ref=${ref}&image=0&image=0`,
			'ref=0123456789ab&image=0',
			`ref=..%2F${ref}&image=0`,
			`ref=${encodeURIComponent(`{{ '${ref}' }}`)}&image=0`,
			`ref=${'a'.repeat(4_000)}&image=0`,
			`ref=${ref}&ref=${ref}&image=0`,
			`ref[a]=${ref}&image=0`,
			'image=0',
		]) {
			const wrong = await opened(`${base}?${query}`);
			expect([query, wrong.status]).toEqual([query, 404]);
			expect(wrong.bytes.toString()).toBe('There is no image at this address, or it is no longer kept.');
		}
	}, 60_000);

	it('without a link, the model reads what to tell the person', async () => {
		const model = await scripted([drawAFox]);
		const { output } = await chat(model, 'A fox, please', { provider: 'gemini', settings: { linkBase: '' } });
		expect(output).toMatch(/This image has no address, because Google Gemini sends images without one/);
		expect(output).toMatch(/set the option "Image Link URL" of the node "Image Generate"/);
		expect(lastResult(model.requests)).not.toContain('base64');
	}, 60_000);

	it('a job that has failed after its submit reaches the model', async () => {
		const model = await scripted([
			(requests) => ({
				name: toolNamed(requests, 'Poll'),
				arguments: { jobId: 'no-such-job' },
			}),
		]);
		await chat(model, 'Where is my picture?');
		expect(lastResult(model.requests)).toMatch(/notFound/);
	}, 60_000);

	it('a rejected prompt reaches the model as text', async () => {
		const model = await scripted([
			(requests) => ({
				name: toolNamed(requests, 'Generate'),
				arguments: { prompt: 'Bad [fail:INVALID_REQUEST]', aspectRatio: '1:1' },
			}),
		]);
		await chat(model, 'Something bad');
		expect(lastResult(model.requests)).toMatch(/INVALID_REQUEST|refused/);
	}, 60_000);
});

describe('image links', () => {
	/** Makes the pictures of one job with *Image Link URL*, and gives their links. */
	async function linksOf(parameters: Record<string, unknown>): Promise<string[]> {
		const { id } = await stage.install({
			name: 'Linked',
			settings: { executionOrder: 'v1' },
			nodes: [
				{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
				{
					name: 'Generate',
					type: 'n8n-nodes-image-pipelines.imageGenerate',
					parameters: {
						prompt: 'A fox',
						options: { linkBase: `${stage.n8n.url}/webhook/image-link?tenant=7` },
						...parameters,
					},
				},
			].map((node, index) => ({ ...node, id: `${index}`, typeVersion: 1, position: [200 * index, 0] })),
			connections: { Start: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] } },
		});
		const [item] = given(await stage.run(id), 'Generate');
		return (item?.json['images'] as Array<{ link: string }>).map(({ link }) => link);
	}
	const open = async (link = '') => {
		const answer = await fetch(link);
		return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
	};

	it('show each image of their credentials to many at once, save no execution, and nothing of others', async () => {
		const [first, second] = await linksOf({ provider: 'imageSaas', count: 2 });
		const [inline] = await linksOf({ provider: 'gemini' });
		const workflow = await stage.installBundled('image-links');
		await stage.client.publishWorkflow(workflow.id);
		const all = await Promise.all([first, second, inline, first, second, inline, first, second, inline].map(open));
		expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
		for (const { bytes } of all) expect(await sharp(bytes).stats()).toMatchObject({ isOpaque: true });
		const [one, two] = all.map(({ bytes }) => bytes);
		expect(one?.equals(two ?? Buffer.of())).toBe(false);
		expect(one?.equals(all[3]?.bytes ?? Buffer.of())).toBe(true);
		// n8n deletes an execution that it does not save after its end.
		await waitUntil(
			{ for: 'the executions to be deleted', withinMs: 20_000 },
			async () => (await stage.executionsOf(workflow.id)) === 0 || undefined,
		);

		for (const node of workflow.nodes) delete node.credentials?.['geminiImageApi'];
		await stage.client.importWorkflow(workflow);
		await stage.client.publishWorkflow(workflow.id);
		expect((await open(first)).status).toBe(200);
		expect(await open(inline)).toEqual({
			status: 404,
			bytes: Buffer.from('There is no image at this address, or it is no longer kept.'),
		});
	}, 90_000);
});
