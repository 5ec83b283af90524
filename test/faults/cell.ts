import { setTimeout as sleep } from 'node:timers/promises';
import { hashText, seededDraw } from '../../sandbox/shared/random';
import { impatience } from '../support/impatience';
import { HostileProxy } from './hostileProxy';
import { booksProblems, codesOf, faultyRunProblems, hasAll, recoveredProblems } from './judge';
import type { Lateness } from './lateness';
import type { PlannedCell, Row } from './plan';
import { standIns } from './standIns';
import { type Ran, Scene } from './scene';
import { maxWait, type Verb } from './verb';

/** The result of a cell. */
export interface Cell {
	/** Items that the execution gave, of those it had. */
	items: string;
	codes: string[];
	ms: number;
	limitMs: number;
	books: string;
	/** Requests that the fault has hit. */
	hits: number;
	problems: string[];
}

/** Without a fault: requests that a fault would hit, and the time. */
export interface Baseline {
	hits: number;
	ms: number;
	problems: string[];
}

/**
 * What every execution may take longer than its own limit, in ms. As much again is allowed if the row takes it without
 * a fault, and all the time by which the event loop was late.
 */
const graceMs = 2_000;
const recoverWait = 30;

/** Runs a row without a fault. */
export async function runBaseline({ kit, verb }: Row): Promise<Baseline> {
	return await onScene({ kit, verb }, async (scene) => {
		const items = await verb.prepare(scene);
		if (items.length === 0) return { hits: 0, ms: 0, problems: [] };
		const before = scene.proxy.seen.length;
		const startedAt = performance.now();
		const ran = await verb.run(scene, items, recoverWait);
		const hits = scene.proxy.seen.slice(before).filter((seen) => verb.target(seen)).length;
		const problems = [...recoveredProblems(verb, scene, ran), ...booksProblems(verb, scene.sandbox.books())];
		return { hits, ms: performance.now() - startedAt, problems };
	});
}

/** Runs a row with a fault, lifts the fault and repeats the row. */
export async function runCell(
	{ row, fault }: Pick<PlannedCell, 'row' | 'fault'>,
	{ seed, baseline, lateness }: { seed: number; baseline: Baseline; lateness: Lateness },
): Promise<Cell> {
	const { verb } = row;
	return await onScene(row, async (scene) => {
		const { proxy, sandbox } = scene;
		const items = await verb.prepare(scene);
		if (items.length === 0) throw new Error('The preparation gave no items');
		const draw = seededDraw(hashText(`${seed} ${row.id} ${fault.id}`));
		await proxy.arm(fault, verb.target, draw, verb.isFirst);
		const lateBefore = lateness.sum;
		const startedAt = performance.now();
		// A harmless fault may take its time: what counts is the result.
		const ran = await verb.run(scene, items, fault.isHarmless ? recoverWait : maxWait);
		const ms = Math.round(performance.now() - startedAt);
		const normalMs = Math.min(baseline.ms, graceMs);
		const waitMs = fault.isHarmless ? (recoverWait - maxWait) * 1_000 : 0;
		const limitMs = Math.round(verb.limitMs + waitMs + graceMs + normalMs + lateness.sum - lateBefore);
		const { hits } = proxy;
		const problems = hits === 0 ? [] : faultyRunProblems(verb, ran, fault.isHarmless === true);
		if (ms > limitMs) problems.push(`it took ${ms} ms, more than ${limitMs} ms`);
		if (await staysOpen(proxy)) problems.push(`${proxy.waiting} requests stay open after the execution`);
		await proxy.lift();
		const books = sandbox.books();
		problems.push(...booksProblems(verb, books));
		if (needsRepeat(ran, verb)) {
			const again = await verb.run(scene, items, recoverWait);
			const both = verb.id === 'trigger' ? { ...again, items: [...ran.items, ...again.items] } : again;
			problems.push(...recoveredProblems(verb, scene, both));
			const requests = fault.endsJobs && verb.isPaid ? 2 : 1;
			problems.push(
				...booksProblems(verb, sandbox.books(), requests).map((problem) => `after the fault: ${problem}`),
			);
		}
		return {
			items: `${ran.items.length} of ${verb.inputs}`,
			codes: codesOf(ran),
			ms,
			limitMs,
			books: `${books.jobs.length} jobs, ${books.generationsBilled} paid`,
			hits,
			problems,
		};
	});
}

function needsRepeat({ items, error }: Ran, verb: Verb): boolean {
	return error !== undefined || !hasAll(verb, items.length) || items.some((item) => verb.problem(item) !== null);
}

/** A client that has given up closes its connections at once; a busy machine needs a moment. */
async function staysOpen(proxy: HostileProxy): Promise<boolean> {
	for (let tries = 0; tries < 20 && proxy.waiting > 0; tries++) await sleep(50);
	return proxy.waiting > 0;
}

async function onScene<T>({ kit, verb }: Pick<Row, 'kit' | 'verb'>, work: (scene: Scene) => Promise<T>): Promise<T> {
	const sandbox = await standIns.take(kit);
	const proxy = await HostileProxy.before(sandbox.url);
	// A node without Max Wait ends with the time-outs of its requests. With Max Wait, its own limit must hold.
	impatience.set(proxy.url, verb.hasMaxWait ? 'writes' : 'all');
	try {
		return await work(new Scene(kit, sandbox, proxy));
	} finally {
		impatience.delete(proxy.url);
		await proxy.close();
		standIns.giveBack(kit, sandbox);
	}
}
