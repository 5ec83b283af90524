import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../scripts/lib/n8nInstance';
import type { Report } from './report';
import { base, type BenchStage, chain, pack, promptsFrom } from './stage';

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Time to load every node and credential of the pack, as n8n does when it starts. The process has already loaded n8n's
 * own modules.
 */
function loadMs(): number {
	const { n8n } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const files = [...n8n.nodes, ...n8n.credentials].map((file) => join(projectRoot, file));
	const script =
		`require('n8n-workflow'); const before = performance.now(); ` +
		`for (const file of ${JSON.stringify(files)}) for (const Type of Object.values(require(file))) new Type(); ` +
		`console.log(performance.now() - before);`;
	return Number(execFileSync(process.execPath, ['-e', script], { cwd: projectRoot, encoding: 'utf8' }));
}

/** Benchmark 8: what the pack adds to n8n's start and to its first execution. */
export async function start(stage: BenchStage): Promise<Report> {
	const load = median(Array.from({ length: 9 }, loadMs));
	// The modules that n8n itself loads for its first execution do not count.
	const warm = await stage.publish(
		chain('Warm', [
			...promptsFrom('warm').slice(0, 1),
			{
				name: 'Set',
				type: `${base}set`,
				typeVersion: 3.4,
				parameters: { assignments: { assignments: [] }, options: {} },
			},
		]),
	);
	await stage.runByWebhook(warm, 'warm', {}, 30_000);
	const credentials = { imageSaasApi: await stage.credential() };
	stage.sandbox.settings({ jobDurationMs: 1 });
	const ours = await stage.publish(
		chain('Ours', [
			...promptsFrom('first'),
			{
				name: 'Generate',
				type: `${pack}imageGenerate`,
				typeVersion: 1,
				credentials,
				parameters: { provider: 'imageSaas', prompt: "={{ $json['body.prompts'] }}", wait: false, options: {} },
			},
		]),
	);
	const times: number[] = [];
	for (let run = 0; run < 8; run++) {
		const { data } = await stage.runByWebhook(ours, 'first', { prompts: ['A cat'] }, 30_000);
		times.push(data.resultData.runData['Generate']?.[0]?.executionTime ?? Number.NaN);
	}
	const [first = Number.NaN, ...later] = times;
	return {
		id: 'start',
		title: '8. Start',
		figures: [
			{ name: "added to n8n's start", value: load, unit: 'ms', max: 50 },
			{ name: 'added to the first execution', value: first - median(later), unit: 'ms', max: 300 },
		],
		remarks: [
			'The first figure is the time to load and create every node and credential when n8n-workflow is ' +
				'already loaded, median of nine processes. The second is the first run of Image Generate ' +
				'minus the median of seven later runs, in an n8n that has run another workflow.',
		],
	};
}
