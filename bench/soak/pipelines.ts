import { type Item, waitUntil } from '../../scripts/lib/n8nInstance';
import { uploadTable } from '../../test/n8n/batchRuns';
import { given } from '../../test/n8n/bundled';
import type { Chance } from './chance';
import { type Claim, claimOf, numberOf } from './claims';
import type { SoakStage } from './stage';

/** Runs pipelines with new prompts and collects what they say. */
export class Pipelines {
	readonly prompts: string[] = [];
	readonly claims: Claim[] = [];
	/** Runs by pipeline. */
	readonly runs: Record<string, number> = {};
	/** Deliveries with a wrong signature, and those of them that n8n took. */
	forged = { sent: 0, taken: 0 };
	/** Workflows that did not answer with items. */
	readonly failures: string[] = [];
	private readonly busy = new Set<string>();

	constructor(
		private readonly soak: SoakStage,
		private readonly chance: Chance,
	) {}

	/** Runs one pipeline to its end. */
	async run(): Promise<void> {
		const { backend, prompts } = this.chance.of(this.soak.kits);
		const cancelable = this.chance.of(this.soak.kits.filter((kit) => kit.prompts.waits !== undefined));
		const markers = ['', '', '', ' [slow:4000]', ` ${/\[.*\]/.exec(prompts.fails)?.[0] ?? ''}`];
		/** In percent of the runs. */
		const kinds: Array<[percent: number, run: () => Promise<void>]> = [
			[40, async () => await this.answered(`wait-${backend.id}`, markers)],
			[25, async () => await this.answered(`poll-${backend.id}`, markers)],
			[8, async () => await this.answered('export', [''], 4)],
			[8, async () => await this.answered('fallback', ['', ' [fail:PROVIDER_ERROR]'])],
			[7, async () => await this.answered(`cancel-${cancelable.backend.id}`, ['', ' [queue]'])],
			[6, async () => await this.forge()],
			[3, async () => await this.alone('stop', async () => await this.stop())],
			[3, async () => await this.alone('batch', async () => await this.batch())],
		];
		let drawn = this.chance.between(0, 100);
		for (const [percent, run] of kinds) {
			if (drawn < percent) {
				await run();
				return;
			}
			drawn -= percent;
		}
	}

	/** Runs only if no other run of this kind is under way, because its executions are found by their workflow. */
	private async alone(kind: string, run: () => Promise<void>): Promise<void> {
		if (this.busy.has(kind)) return;
		this.busy.add(kind);
		this.count(kind);
		try {
			await run();
		} catch (thrown) {
			this.failures.push(`${kind}: ${String(thrown).slice(0, 300)}`);
		} finally {
			this.busy.delete(kind);
		}
	}

	/** Every prompt has a number of its own. */
	private newPrompts(markers: readonly string[], count: number): string[] {
		const first = this.prompts.length + 1;
		const numbers = Array.from({ length: count }, (_, place) => first + place);
		const made = numbers.map((number) => `A fox in the snow #${number}${this.chance.of(markers)}`);
		this.prompts.push(...made);
		return made;
	}

	private async answered(path: string, markers: readonly string[], most = 3): Promise<void> {
		const prompts = this.newPrompts(markers, Math.ceil(this.chance.share() * most));
		this.count(path);
		await this.claim(path, async () => await this.soak.ask(path, { prompts }));
	}

	private async claim(path: string, ask: () => Promise<Array<Record<string, unknown>>>): Promise<void> {
		try {
			for (const json of await ask()) this.claims.push(claimOf(path, { json }));
		} catch (thrown) {
			this.failures.push(String(thrown));
		}
	}

	private count(name: string): void {
		this.runs[name] = (this.runs[name] ?? 0) + 1;
	}

	/** A delivery as Image SaaS would send it, but signed with another secret. */
	private async forge(): Promise<void> {
		this.count('forged webhook');
		this.forged.sent++;
		const event = { eventId: this.forged.sent, jobId: `forged-${this.forged.sent}`, tenantId: 't' };
		const body = JSON.stringify({ ...event, status: 'SUCCEEDED', resultUrls: [], timestamp: Date.now() });
		const status = await this.soak.stage.deliver(this.soak.webhookPath, body, { secret: 'whsec_other' });
		if (status !== 401) this.forged.taken++;
	}

	/** Stops an execution as soon as its jobs are made. The same rows are then sent again, and deliver them. */
	private async stop(): Promise<void> {
		const { client, sandbox } = this.soak.stage;
		const prompts = this.newPrompts([' [slow:5000]'], 2);
		const workflowId = this.soak.idOf('stop');
		const start = async () => {
			const known = (await client.listExecutions({ workflowId })).map(({ id }) => id);
			await (await this.soak.post('stop', { prompts })).text();
			return await client.waitForNewExecution(workflowId, known, 30_000);
		};
		const execution = await start();
		const made = () => sandbox.books().jobs.filter(({ prompt }) => prompts.includes(prompt)).length;
		// A fault may keep the jobs from being made.
		await waitUntil({ for: 'the jobs to be made', withinMs: 30_000, everyMs: 200 }, () =>
			Promise.resolve(made() === prompts.length || undefined),
		).catch(() => undefined);
		// It may have ended meanwhile.
		await client.stopExecution(execution).catch(() => undefined);
		const first = await client.waitForExecution(execution, 60_000);
		this.take('stop', given(first, 'Report'));
		// What the first run has delivered is no longer open: a new run would rightly make new jobs.
		if (first.status === 'success') return;
		this.take('stop', given(await client.waitForExecution(await start(), 120_000), 'Report'));
	}

	/** The bundled Batch with an uploaded table. */
	private async batch(): Promise<void> {
		const { client } = this.soak.stage;
		const { workflowId, form } = this.soak.batch;
		const prompts = this.newPrompts([''], 8);
		const known = (await client.listExecutions({ workflowId })).map(({ id }) => id);
		await uploadTable(this.soak.stage, form, `table ${this.runs['batch']}`, prompts);
		const execution = await client.waitForNewExecution(workflowId, known, 30_000);
		const ended = await client.waitForExecution(execution, 400_000);
		for (const output of [2, 0]) this.take('batch', given(ended, 'Image Poll', output));
	}

	private take(pipeline: string, items: readonly Item[]): void {
		for (const item of items) this.claims.push(claimOf(pipeline, item));
	}

	/**
	 * Finishes every job that is paid and not delivered, as a user would whose item says that it waits or that its
	 * image did not come: with Image Poll, and if that does not help with Image Jobs. Gives the number of jobs for
	 * each.
	 */
	async settle(isPaid: (prompt: string) => boolean): Promise<{ polled: number; recovered: number }> {
		return { polled: await this.finish('poll', isPaid), recovered: await this.finish('recover', isPaid) };
	}

	private async finish(path: string, isPaid: (prompt: string) => boolean): Promise<number> {
		const last = new Map(this.claims.map((claim) => [numberOf(claim.prompt), claim]));
		const open = [...last.values()].filter(
			({ prompt, files, isUnknown }) => files === 0 && !isUnknown && isPaid(prompt),
		);
		for (let from = 0; from < open.length; from += 20) {
			const items = open.slice(from, from + 20).map(({ json: { files: _files, ...json } }) => json);
			await this.claim(path, async () => await this.soak.ask(path, { items }));
		}
		return open.length;
	}
}
