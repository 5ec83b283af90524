import type { ApiAnswer } from '../../http/apiClient';
import { ImageError, outcomeOf } from '../../model/errors';
import type { ImageRequest } from '../../model/request';
import type { ProviderAdapter } from '../../providers/provider';
import { partlyAccepted } from '../../providers/partialJob';
import { endpointOver } from '../../test/support/endpointOver';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { choiceOf, memoryInProcess, wantedFor } from '../../test/support/makeAt';
import { transportOf } from '../../test/support/transport';
import { VirtualClock, at } from '../../test/support/virtualClock';
import { JobMaker } from './jobMaker';
import { inMs } from '../runtime/clock';

const request: ImageRequest = { prompt: 'A cat', count: 2 };
const lost = new ImageError('network', { message: 'Reset', delivery: 'ambiguous' });

function textOf({ status, text }: ApiAnswer): string {
	if (status === 200) return text;
	throw new ImageError('invalidRequest', { message: 'Refused', httpStatus: status });
}

/** A provider with one request per image. A look-up finds its jobs while `isThere` is true. */
function bench(idempotency: 'lookup' | 'none') {
	const clock = new VirtualClock(0);
	const memory = memoryInProcess(clock);
	/** The parts whose jobs were made. */
	const made: number[] = [];
	const never = (() => false) as (part: number) => boolean;
	const server = { loses: never, refuses: never, isThere: true };
	const transport = transportOf(async ({ json }) => {
		const { part } = json as { part: number };
		if (server.refuses(part)) return { status: 422, headers: {}, text: '' };
		made.push(part);
		if (server.loses(part)) throw lost;
		return { status: 200, headers: {}, text: `id-${part}` };
	});
	const connect: ProviderAdapter['connect'] = (_config, own) => ({
		async submit({ count }, { made: before, givenUp, paid }) {
			const ids = new Map(before);
			for (let part = 0; part < count && !givenUp; part++) {
				if (!ids.has(part))
					ids.set(
						part,
						await paid(
							part,
							async () => textOf(await own.send({ method: 'POST', path: '/', json: { part } })),
							(text) => text,
						),
					);
			}
			if (givenUp && ids.size === 0) throw givenUp;
			const error = givenUp ? partlyAccepted(ids.size, count, givenUp.toJobError()) : null;
			return snapshotOf([...ids.values()].join('+'), 'running', { error, total: count });
		},
		isNotAccepted: ({ status }) => status === 422,
		async lookUp(_request, { parts }) {
			if (!server.isThere) throw new ImageError('overloaded', { message: 'Away' });
			return {
				found: new Map(parts.filter((part) => made.includes(part)).map((part) => [part, `id-${part}`])),
				conclusive: true,
			};
		},
	});
	const choice = choiceOf(endpointOver({ clock, transport, connect, can: { idempotency } }), request);
	const maker = new JobMaker({ clock, random: () => 0, memory });
	const run = async (lineage: string) => {
		const refs: string[] = [];
		const result = await clock.until(
			outcomeOf(
				maker.make(
					[choice],
					wantedFor(`key ${lineage}`, [choice], {
						lineage,
						rootExecutionId: lineage,
						adoptWithinMs: 3_600_000,
					}),
					{ cost: { images: 2, usd: null }, limits: [] },
					{ deadline: inMs(clock, 10_000), onRecord: (ref) => refs.push(ref) },
				),
			),
		);
		await memory.journal.finish(refs, { delivered: false });
		if (!result.ok) throw result.error;
		return result.value;
	};
	return { run, made, server };
}

it('of two images one is given, and the item says that the other may be paid', async () => {
	const { run, server } = bench('lookup');
	Object.assign(server, { loses: (part: number) => part === 1, isThere: false });
	const { snapshot } = await run('first');
	expect(snapshot.job).toMatchObject({
		id: 'id-0',
		error: {
			outcome: 'unknown',
			retryable: false,
			hint: expect.stringContaining('before you generate the missing images again') as string,
		},
	});
	expect(snapshot.job.error?.message).toMatch(
		/^1 of 2 images were accepted: .*The provider may have made the missing images anyway/,
	);
});

it.each([
	['Retry', 'first'],
	['a new run', 'second'],
])('%s looks the other up, and gives both', async (_way, lineage) => {
	const { run, made, server } = bench('lookup');
	Object.assign(server, { loses: (part: number) => part === 1, isThere: false });
	await run('first');
	Object.assign(server, { loses: () => false, isThere: true });
	expect((await run(lineage)).snapshot.job).toMatchObject({ id: 'id-0+id-1', error: null });
	expect(made).toEqual([0, 1]);
});

it('an image that was not accepted costs nothing, and the item says why it is missing', async () => {
	const { run, server } = bench('lookup');
	server.refuses = (part) => part === 1;
	const { snapshot, record } = await run('first');
	expect(snapshot.job.error).toEqual({
		code: 'invalidRequest',
		message: '1 of 2 images were accepted: Refused',
		hint: null,
		retryable: false,
		httpStatus: 422,
	});
	expect(record.cost).toEqual({ images: 1, usd: null });
});

it('at its deadline, a run gets the job as it is although another run still looks the rest up', async () => {
	const { run, server } = bench('lookup');
	Object.assign(server, { loses: (part: number) => part === 1, isThere: false });
	await run('first');
	const both = await Promise.all([run('first'), run('first')]);
	expect(both.map(({ snapshot }) => snapshot.job.id)).toEqual(['id-0', 'id-0']);
});

it('where nothing can be looked up, the one that came is given again', async () => {
	const { run, made, server } = bench('none');
	server.loses = (part) => part === 1;
	await run('first');
	server.loses = () => false;
	expect((await run('first')).snapshot.job).toMatchObject({ id: 'id-0', error: { outcome: 'unknown' } });
	expect(made).toEqual([0, 1]);
});

it('of results inside answers, the item says that the lost one may be paid, and those that came count', async () => {
	const clock = new VirtualClock(0);
	const memory = memoryInProcess(clock);
	const transport = transportOf(async ({ json }) => {
		if ((json as { part: number }).part === 1) throw lost;
		return { status: 200, headers: {}, text: '' };
	});
	const connect: ProviderAdapter['connect'] = (_config, own) => ({
		async submit({ count }, { paid }) {
			const sent = await Promise.all(
				Array.from({ length: count }, (_, part) =>
					outcomeOf(
						paid(
							part,
							async () => await own.send({ method: 'POST', path: '/', json: { part } }),
							() => null,
						),
					),
				),
			);
			const failed = sent.find((one) => !one.ok);
			return snapshotOf('', 'partial', { id: null, error: failed ? failed.error.toJobError() : null });
		},
		isNotAccepted: () => false,
	});
	const choice = choiceOf(endpointOver({ clock, transport, connect, can: { idempotency: 'none' } }), request);
	const { snapshot, record } = await clock.until(
		new JobMaker({ clock, random: () => 0, memory }).make(
			[choice],
			wantedFor('key', [choice]),
			{ cost: { images: 2, usd: 1 }, limits: [] },
			{ deadline: at(10_000) },
		),
	);
	expect(snapshot.job.error).toMatchObject({
		outcome: 'unknown',
		retryable: false,
		message: 'Reset. The provider may have made the missing images anyway',
		hint: expect.stringContaining('Check at the provider') as string,
	});
	expect(record.cost).toEqual({ images: 2, usd: 1 });
});
