import type { Execution } from '../scripts/lib/n8nInstance';
import type { Report } from './report';
import { httpRequest } from './rivals';
import { base, type BenchStage, chain, pack, promptsFrom, promptsOf } from './stage';

const items = 10_000;
const calls = 1_000;

const timeOf = (execution: Execution, node: string) =>
	execution.data.resultData.runData[node]?.[0]?.executionTime ?? Number.NaN;

/** Benchmark 5: the time of a node per item, without requests to the provider. */
export async function perItem(stage: BenchStage): Promise<Report> {
	const credentials = { imageSaasApi: await stage.credential() };
	const { jobId } = (await (
		await fetch(`${stage.sandbox.url}/v1/images/generate`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${stage.apiKey}` },
			body: JSON.stringify({ prompt: 'A cat' }),
		})
	).json()) as { jobId: string };
	const make =
		`return Array.from({ length: ${items} }, (_, n) => ({ json: { jobId: '${jobId}', job: { provider: ` +
		`'imageSaas', id: 'job-' + n, status: 'succeeded', progress: 100, total: 1, completed: 1, error: ` +
		`null, idempotencyKey: null, createdAt: null, updatedAt: null }, images: [{ index: 0, url: ` +
		`'https://example.com/' + n + '.png', fileName: n + '.png', mimeType: 'image/png', width: ` +
		`1024, height: 1024, bytes: 1000, seed: null }], request: { prompt: 'No. ' + n } } }));`;
	const tried = {
		Poll: {
			name: 'Poll',
			type: `${pack}imagePoll`,
			typeVersion: 1,
			credentials,
			parameters: { download: false, options: {} },
		},
		Code: { name: 'Code', type: `${base}code`, typeVersion: 2, parameters: { jsCode: 'return $input.all();' } },
		'HTTP Request': httpRequest(stage, 'HTTP Request', 'GET', '/v1/jobs/{{ $json.jobId }}'),
	};
	// Each node in its own execution, because n8n keeps the items of all nodes of an execution.
	const best: Record<string, number> = {};
	for (const [name, node] of Object.entries(tried)) {
		const path = `items-${name.replace(' ', '-')}`;
		const id = await stage.publish(
			chain(name, [
				...promptsFrom(path).slice(0, 1),
				{ name: 'Items', type: `${base}code`, typeVersion: 2, parameters: { jsCode: make } },
				node,
			]),
		);
		const times: number[] = [];
		for (let round = 0; round < 3; round++)
			times.push(timeOf(await stage.runByWebhook(id, path, {}, 300_000), name));
		best[name] = Math.min(...times);
	}
	const { Poll: poll = Number.NaN, Code: code = Number.NaN, 'HTTP Request': http = Number.NaN } = best;
	return {
		id: 'items',
		title: `5. Per-item overhead: ${items.toLocaleString('en')} items already finished through Image Poll`,
		figures: [
			{ name: 'ours / one HTTP Request node', value: poll / http, unit: '×', max: 1 },
			{ name: 'ours / an empty Code node', value: poll / code, unit: '×' },
			{ name: 'Image Poll', value: poll, unit: 'ms' },
			{ name: 'HTTP Request', value: http, unit: 'ms' },
			{ name: 'Code', value: code, unit: 'ms' },
		],
		remarks: [
			'Node times as n8n records them, best of three runs. The HTTP Request node requests one job from ' +
				'the sandbox on loopback.',
		],
	};
}

/** Benchmark 6: how many connections a thousand calls need. */
export async function connections(stage: BenchStage): Promise<Report> {
	const credentials = { imageSaasApi: await stage.credential() };
	const ours = await stage.publish(
		chain('Ours', [
			...promptsFrom('conn-ours'),
			{
				name: 'Generate',
				type: `${pack}imageGenerate`,
				typeVersion: 1,
				credentials,
				parameters: { provider: 'imageSaas', prompt: "={{ $json['body.prompts'] }}", wait: false, options: {} },
			},
		]),
	);
	const rival = await stage.publish(
		chain('Rival', [
			...promptsFrom('conn-rival'),
			httpRequest(
				stage,
				'Submit',
				'POST',
				'/v1/images/generate',
				"={{ JSON.stringify({ prompt: $json['body.prompts'] }) }}",
			),
		]),
	);
	const opened = async (id: string, path: string) => {
		stage.sandbox.reset();
		await stage.runByWebhook(id, path, { prompts: promptsOf(calls) }, 300_000);
		if (stage.sandbox.books().jobs.length !== calls)
			throw new Error(`${stage.sandbox.books().jobs.length} calls came, not ${calls}`);
		return stage.sandbox.books().connections;
	};
	return {
		id: 'connections',
		title: `6. TCP connections for ${calls.toLocaleString('en')} calls`,
		figures: [
			{ name: 'ours', value: await opened(ours, 'conn-ours'), unit: '', max: 10 },
			{ name: 'one HTTP Request node', value: await opened(rival, 'conn-rival'), unit: '' },
		],
		remarks: ['Submits at once, without limits in the credential; counted by the stand-in.'],
	};
}
