import { createHmac, randomUUID } from 'node:crypto';
import type { Report } from './report';
import { base, type BenchStage, chain, pack, promptsFrom } from './stage';

const deliveries = 200;
const atOnce = 10;
const rounds = 5;

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Benchmark 9: signed deliveries a second that start a workflow. */
export async function intake(stage: BenchStage): Promise<Report> {
	const credentials = { imageSaasApi: await stage.credential() };
	const end = { name: 'End', type: `${base}noOp`, typeVersion: 1, parameters: {} };
	await stage.publish(
		chain('Signed', [
			{
				name: 'Trigger',
				type: `${pack}imageWebhookTrigger`,
				typeVersion: 1,
				credentials,
				webhookId: 'intake',
				parameters: { provider: 'imageSaas', events: ['succeeded', 'failed'], options: {} },
			},
			end,
		]),
	);
	await stage.publish(chain('Plain', [...promptsFrom('plain').slice(0, 1), end]));
	const signed = () => {
		const body = JSON.stringify({
			eventId: `evt_${randomUUID()}`,
			jobId: randomUUID(),
			tenantId: 't',
			status: 'FAILED',
			resultUrls: [],
			error: { code: 'PROVIDER_ERROR', message: 'no' },
			timestamp: Date.now(),
		});
		return { body, signature: `sha256=${createHmac('sha256', 'whsec_sandbox').update(body).digest('hex')}` };
	};
	const perSecond = async (path: string) => {
		const letters = Array.from({ length: deliveries }, signed);
		const since = Date.now();
		const worker = async () => {
			for (let letter = letters.pop(); letter !== undefined; letter = letters.pop()) {
				const answer = await fetch(`${stage.n8n.url}/webhook/${path}`, {
					method: 'POST',
					headers: { 'content-type': 'application/json', 'x-signature': letter.signature },
					body: letter.body,
				});
				if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
				await answer.text();
			}
		};
		await Promise.all(Array.from({ length: atOnce }, worker));
		return (deliveries * 1_000) / (Date.now() - since);
	};
	await perSecond('plain');
	await perSecond('intake/image-jobs');
	const ours: number[] = [];
	const plain: number[] = [];
	for (let round = 0; round < rounds; round++) {
		plain.push(await perSecond('plain'));
		ours.push(await perSecond('intake/image-jobs'));
	}
	return {
		id: 'intake',
		title: '9. Webhook intake: signed deliveries a second',
		figures: [
			{
				name: "Image Webhook Trigger / n8n's Webhook",
				value: median(ours.map((value, round) => value / (plain[round] ?? 1))),
				unit: '×',
				min: 0.9,
			},
			{ name: 'Image Webhook Trigger', value: median(ours), unit: '/s' },
			{ name: "n8n's Webhook, which checks nothing", value: median(plain), unit: '/s' },
		],
		remarks: [
			`${rounds} rounds of ${deliveries} deliveries by turns, ${atOnce} at once, each starting a ` +
				`workflow; the median of the rounds' ratios.`,
		],
	};
}
