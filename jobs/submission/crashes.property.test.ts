import fc from 'fast-check';
import type { ApiAnswer } from '../../http/apiClient';
import type { Journal, Memory } from '../../memory/memory';
import { ImageError, outcomeOf } from '../../model/errors';
import type { ProviderAdapter } from '../../providers/provider';
import { endpointOver } from '../../test/support/endpointOver';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess } from '../../test/support/makeAt';
import { transportOf } from '../../test/support/transport';
import { VirtualClock } from '../../test/support/virtualClock';
import type { Endpoint } from '../endpoint/endpoint';
import type { Certainty } from './outcome';

/** The result of one request, or a crash of the process during the request. */
const faults = [
	'none',
	'notAccepted',
	'reset',
	'resetAfterAccept',
	'500',
	'500AfterAccept',
	'garbage',
	'crash',
	'crashAfterAccept',
] as const;
type Fault = (typeof faults)[number];

/**
 * A provider that makes a job for each request, or for each key if it supports keys, and that can look up the job of a
 * key.
 */
class Provider {
	/** Keys of the jobs that were made, one entry per job. */
	readonly made: string[] = [];

	constructor(
		private readonly certainty: Certainty,
		private readonly clock: VirtualClock,
	) {}

	endpoint(fault: () => Fault, onCrash: () => void): Endpoint {
		const transport = transportOf(async ({ json }): Promise<ApiAnswer> => {
			const { key } = json as { key: string };
			const how = fault();
			const isMade = how === 'none' || how === 'garbage' || how.endsWith('AfterAccept');
			if (isMade && !(this.certainty === 'native' && this.made.includes(key))) this.made.push(key);
			if (how.startsWith('crash')) {
				onCrash();
				return await new Promise<never>(() => undefined);
			}
			if (how.startsWith('reset')) throw new ImageError('network', { message: 'Reset', delivery: 'ambiguous' });
			return {
				status: how === 'notAccepted' ? 429 : how.startsWith('500') ? 500 : 200,
				headers: {},
				text: how === 'garbage' ? '<' : `job of ${key}`,
			};
		});
		const connect: ProviderAdapter['connect'] = (_config, own) => ({
			submit: async (_request, { idempotencyKey: key, paid, made }) => {
				const id =
					made.get(0) ??
					(await paid(
						0,
						async () => {
							const { status, text } = await own.send({ method: 'POST', path: '/', json: { key } });
							if (status !== 200)
								throw new ImageError(status === 429 ? 'rateLimited' : 'upstream', {
									message: String(status),
									httpStatus: status,
								});
							if (text === '<')
								throw new ImageError('malformedResponse', { message: text, httpStatus: 200 });
							return text;
						},
						(text) => text,
					));
				return snapshotOf(id, 'queued');
			},
			isNotAccepted: ({ status }) => status === 429,
			lookUp: async (_request, { idempotencyKey: key }) => ({
				found: new Map(this.made.includes(key) ? [[0, `job of ${key}`]] : []),
				conclusive: true,
			}),
		});
		return endpointOver({ clock: this.clock, transport, connect, can: { idempotency: this.certainty } });
	}
}

/** The memory as one process uses it. After the process dies, its calls have no effect. */
function processOf(memory: Memory): { memory: Memory; die: () => void } {
	let isDead = false;
	const journal = new Proxy(memory.journal, {
		get:
			(target, name: keyof Journal) =>
			async (...args: unknown[]) =>
				isDead
					? await new Promise<never>(() => undefined)
					: await (target[name] as (...all: unknown[]) => Promise<unknown>).apply(target, args),
	});
	const { events, learned, results } = memory;
	return {
		memory: {
			journal,
			events,
			learned,
			results,
			problem: null,
			notice: null,
			digest: (purpose, text) => memory.digest(purpose, text),
			close: async () => memory.close(),
		},
		die: () => {
			isDead = true;
		},
	};
}

it.each(['native', 'lookup', 'none'] as const)(
	'with any failures of requests and deaths of processes, no item is paid twice, and each paid job is found (%s)',
	async (certainty) => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.record({
						faults: fc.array(fc.constantFrom(...faults), { maxLength: 5 }),
						isNewRun: fc.boolean(),
					}),
					{ maxLength: 5 },
				),
				async (attempts) => {
					const clock = new VirtualClock(0);
					const memory = memoryInProcess(clock);
					const provider = new Provider(certainty, clock);
					let lineage = 'first';
					/**
					 * One attempt at the item: Retry in the same lineage, or a new run. It ends when it has a result or
					 * its process has died.
					 */
					const attempt = async (left: Fault[], execution: string) => {
						const process = processOf(memory);
						let crash: () => void = () => undefined;
						const died = new Promise<'died'>((resolve) => {
							crash = () => {
								process.die();
								resolve('died');
							};
						});
						const endpoint = provider.endpoint(() => left.shift() ?? 'none', crash);
						const make = makingOver(process.memory, clock);
						const wanted = {
							lineage,
							rootExecutionId: execution,
							adoptWithinMs: 12 * 3_600_000,
							origin: {
								workflowId: 'w',
								workflowName: '',
								nodeId: 'n',
								nodeName: '',
								executionId: execution,
								runIndex: 0,
								itemIndex: 0,
								mode: 'trigger',
							},
						};
						const result = await clock.until(
							Promise.race([
								died,
								outcomeOf(
									make([choiceOf(endpoint, { prompt: 'A cat', count: 1 })], `key ${lineage}`, {
										wanted,
									}),
								),
							]),
						);
						// The execution has ended, in whatever way, and n8n has not saved its items.
						await memory.journal.release(
							(await memory.journal.list({ credentialIds: ['credential'], limit: 100 })).map(
								({ ref }) => ref,
							),
						);
						await memory.journal.finish(
							(await memory.journal.list({ credentialIds: ['credential'], limit: 100 })).map(
								({ ref }) => ref,
							),
							{ delivered: false },
						);
						return result;
					};
					for (const [index, { faults: left, isNewRun }] of attempts.entries()) {
						if (isNewRun && index > 0) lineage = `run ${index}`;
						await attempt([...left], String(index));
						expect(provider.made.length).toBeLessThanOrEqual(1);
					}
					const last = await attempt([], 'last');
					expect(provider.made.length).toBeLessThanOrEqual(1);
					if (last === 'died') throw new Error('Nobody killed it');
					// The last attempt has no faults: the job exists, or, if the outcome cannot be known, the item says
					// so.
					if (last.ok) expect(provider.made).toHaveLength(1);
					else
						expect({ certainty, outcome: last.error.outcome }).toEqual({
							certainty: 'none',
							outcome: 'unknown',
						});
				},
			),
			{ numRuns: 150 },
		);
	},
	120_000,
);
