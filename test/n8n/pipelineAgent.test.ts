import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundled, pipelinesBench } from './pipelines';

const { stage } = pipelinesBench();

describe('agent tools', () => {
	interface ChatRequest {
		messages: Array<{ role: string; content: unknown }>;
		tools?: Array<{ function: { name: string; parameters: { properties?: Record<string, unknown> } } }>;
	}

	const open: Server[] = [];
	afterEach(() => {
		for (const server of open.splice(0)) server.close().closeAllConnections();
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
						: { role: 'assistant', content: `Here it is: ${urlIn(requests)}` };
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
	const urlIn = (requests: readonly ChatRequest[]) =>
		/https?:[^"\\\s]+\.png/.exec(lastResult(requests))?.[0] ?? 'nothing';
	const toolNamed = (requests: readonly ChatRequest[], word: string) =>
		requests[0]?.tools?.find(({ function: { name } }) => name.includes(word))?.function.name ?? `no tool ${word}`;

	async function chat(model: { url: string }, chatInput: string): Promise<{ output?: string }> {
		const openAi = await stage.client.createCredential({
			name: 'Scripted',
			type: 'openAiApi',
			data: { apiKey: 'scripted', url: model.url },
		});
		const workflow = bundled('agent-tools');
		const node = workflow.nodes.find(({ name }) => name === 'OpenAI Chat Model');
		if (node) Object.assign(node, { credentials: { openAiApi: openAi } });
		// Two copies of a chat must not have the same address.
		const webhook = randomUUID();
		for (const trigger of workflow.nodes)
			if (trigger.name === 'When chat message received') trigger.webhookId = webhook;
		await stage.client.publishWorkflow((await stage.install(workflow)).id);
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

	it('makes a picture, polls it and answers with its URL; no base64 reaches the model', async () => {
		const model = await scripted([
			(requests) => ({
				name: toolNamed(requests, 'Generate'),
				arguments: { prompt: 'A red fox in the snow', aspectRatio: '16:9' },
			}),
			(requests) => ({
				name: toolNamed(requests, 'Poll'),
				arguments: { jobId: /"id\\?":\s*\\?"([\w-]+)/.exec(lastResult(requests))?.[1] ?? '' },
			}),
		]);
		const { output } = await chat(model, 'A fox, please');
		expect(output).toMatch(/^Here it is: http.*\.png$/);
		expect((await fetch(/http\S+/.exec(output ?? '')?.[0] ?? '')).status).toBe(200);
		expect(stage.sandbox.books().jobs.map(({ prompt, request }) => [prompt, request['aspectRatio']])).toEqual([
			['A red fox in the snow', '16:9'],
		]);
		expect(model.requests[0]?.messages[0]).toMatchObject({
			role: 'system',
			content: expect.stringContaining('Never invent an address') as string,
		});
		expect(JSON.stringify(model.requests).length).toBeLessThan(60_000);
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
