import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IExecuteFunctions } from 'n8n-workflow';
import { Budget, type Cost, type Limits, type Spent } from '../../../jobs/submission/budget';
import { parseJson } from '../../../http/json';
import { packFolder } from '../packFolder';
import type { Route } from './routes';

/** The limits as the options hold them; 0 or absent: none. */
export interface BudgetOptions {
	imagesPerExecution?: number;
	imagesPerDay?: number;
	usdPerExecution?: number;
	usdPerDay?: number;
	pricePerImage?: number;
}

interface Day extends Spent {
	/** `YYYY-MM-DD` in the workflow's time zone. */
	date: string;
}

/** What each node has spent today, by its file; kept on disk so that a restart does not fill the purse again. */
const days = new Map<string, Promise<Day>>();
const writing = new Map<string, Promise<void>>();

/** The budget of the node that runs: of this execution, kept in its context, and of the day, kept on disk for the node. */
export async function budgetOf(context: IExecuteFunctions, folder = packFolder('budget')): Promise<Budget> {
	const { imagesPerExecution, imagesPerDay, usdPerExecution, usdPerDay } = (context.getNodeParameter('options.budget.limits', 0, {}) ?? {}) as BudgetOptions;
	const kept = context.getContext('node') as { spent?: Spent };
	const execution = (kept.spent ??= { images: 0, usd: 0 });
	const limitsOfDay = limitsOf(imagesPerDay, usdPerDay);
	const inExecution = { name: 'in this execution', limits: limitsOf(imagesPerExecution, usdPerExecution), spent: () => execution };
	if (limitsOfDay.images === undefined && limitsOfDay.usd === undefined) return new Budget([inExecution]);

	const file = join(folder, `${createHash('sha256').update(JSON.stringify([context.getWorkflow().id, context.getNode().id])).digest('hex').slice(0, 32)}.json`);
	const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: context.getTimezone() }).format(new Date());
	const reading = days.get(file) ?? readDay(file);
	days.set(file, reading);
	const day = await reading;
	const spent = () => {
		if (day.date !== today()) Object.assign(day, { date: today(), images: 0, usd: 0 });
		return day;
	};
	return new Budget([inExecution, { name: 'today', limits: limitsOfDay, spent }], () => keep(context, file, day));
}

/** Resolves when what was spent so far is on disk. */
export async function budgetKept(): Promise<void> {
	await Promise.all(writing.values());
}

/** What a request takes from a budget: by the user's price, else by the provider's published one; of several routes the dearest counts. */
export function costOf(routes: readonly Route[], { pricePerImage }: BudgetOptions): Cost {
	const [first] = routes;
	const images = first?.request.count ?? 1;
	if (pricePerImage !== undefined && pricePerImage > 0) return { images, usd: pricePerImage * images };
	const estimates = routes.map(({ provider, request }) => provider.estimateUsd?.(request) ?? null);
	return { images, usd: estimates.some((usd) => usd === null) ? null : Math.max(...estimates.map((usd) => usd ?? 0)) };
}

const limitsOf = (images: number | undefined, usd: number | undefined): Limits => ({ images: images || undefined, usd: usd || undefined });

async function readDay(file: string): Promise<Day> {
	const text = await readFile(file, 'utf8').catch(() => '');
	const read = (parseJson(text) ?? {}) as Partial<Day>;
	return { date: read.date ?? '', images: Number(read.images) || 0, usd: Number(read.usd) || 0 };
}

/** One write at a time; what changes meanwhile goes into the next. */
function keep(context: IExecuteFunctions, file: string, day: Day): void {
	if (writing.has(file)) return;
	const write = async () => {
		await Promise.resolve();
		let written = '';
		while (written !== JSON.stringify(day)) {
			written = JSON.stringify(day);
			await mkdir(join(file, '..'), { recursive: true });
			await writeFile(`${file}.new`, written);
			await rename(`${file}.new`, file);
		}
	};
	const done = write()
		.catch((thrown: unknown) => context.logger.warn(`What was spent today cannot be kept: ${thrown instanceof Error ? thrown.message : String(thrown)}`))
		.finally(() => writing.delete(file));
	writing.set(file, done);
}
