import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { MapStore } from './inMemory/mapStore.ts';
import type { Operation, OperationName, Store } from './store.ts';
import { loadSqlite } from './sqlite/database.ts';
import { SqliteStore } from './sqlite/sqliteStore.ts';
import { Model } from './testing/model.ts';
import {
	accepted,
	claimant,
	ended,
	newFolder,
	newRecord,
	origin,
	notAccepted,
	sentRequest,
	snapshot,
	unknown,
} from './testing/samples.ts';

// Long sequences on real files are slow on a busy machine.
jest.setTimeout(30_000);

/** Only a few names and keys, so that operations concern the same records. */
const names = fc.constantFrom('a', 'b', 'c', 'd');
const ref = names.map((name) => newRecord(name).ref);
const refs = fc.array(ref, { maxLength: 3 });
const keyed = fc.record({
	name: names,
	lineage: fc.constantFrom('l1', 'l2'),
	rootExecutionId: fc.constantFrom('7', '8'),
	nodeId: fc.constantFrom('n1', 'n2'),
	day: fc.constantFrom('d1', 'd2'),
});
const asClaimant = keyed.map(({ name, lineage, rootExecutionId, nodeId, day }) =>
	claimant(name, {
		baseKey: name < 'c' ? 'ab' : 'cde',
		attempt: name.charCodeAt(0),
		lineage,
		rootExecutionId,
		day,
		origin: { ...origin, nodeId },
	}),
);
const credential = fc.constantFrom('k1', 'k2');
const credentials = fc.subarray(['k1', 'k2']);
const cost = fc.record({ images: fc.integer({ min: 1, max: 3 }), usd: fc.constantFrom(null, 0.25, 0.5) });
const record = fc
	.tuple(fc.option(ref, { freq: 2 }), asClaimant, credential, cost, fc.constantFrom('r1', 'r2'))
	.map(([own, who, credentialId, price, request]) => ({
		...newRecord('x'),
		...who,
		ref: own ?? newRecord(who.key.slice(-1)).ref,
		request,
		cost: price,
		endpoint: { provider: 'imageSaas', name: 'Main', digest: `endpoint of ${credentialId}`, credentialId },
	}));
const over = fc.oneof(
	fc.record({
		workflowId: fc.constant(origin.workflowId),
		nodeId: fc.constantFrom('n1', 'n2'),
		day: fc.constantFrom('d1', 'd2'),
	}),
	fc.record({ lineage: fc.constantFrom('l1', 'l2'), nodeId: fc.constantFrom('n1', 'n2') }),
);
const limits = fc.array(
	fc.record(
		{ name: fc.constant('limit'), over, images: fc.integer({ min: 1, max: 8 }), usd: fc.constantFrom(0.5, 1, 2) },
		{ requiredKeys: ['name', 'over'] },
	),
	{ maxLength: 2 },
);
const jobId = fc.constantFrom(null, 'j1', 'j2', 'j3', 'j3~2');
const state = fc.oneof(
	fc.constantFrom(unknown, notAccepted),
	jobId.map((id) => accepted(id)),
	fc
		.tuple(fc.constantFrom('succeeded', 'partial', 'failed', 'canceled'), jobId)
		.map(([status, id]) => ended(status, id)),
);
const requests = fc
	.array(jobId, { maxLength: 2 })
	.map((ids) => ids.map((providerId) => ({ ...sentRequest, providerId })));
const change = fc.record({ state, requests, cost }, { requiredKeys: [] });
const since = fc.integer({ min: 1000, max: 1080 });
const requestList = fc.subarray(['r1', 'r2']);
const place = {
	workflowId: fc.constant(origin.workflowId),
	nodeId: fc.constantFrom('n1', 'n2'),
	requests: requestList,
	credentialIds: credentials,
};
const query = fc.oneof(
	fc.record({
		by: fc.constant('baseKey' as const),
		baseKey: fc.constantFrom('ab', 'cde'),
		credentialIds: credentials,
	}),
	fc.record({ by: fc.constant('orphans' as const), ...place, exceptLineage: fc.constantFrom('l1', 'l2'), since }),
	fc.record({
		by: fc.constant('earlierAttempts' as const),
		...place,
		lineage: fc.constantFrom('l1', 'l2'),
		exceptRootExecutionId: fc.constantFrom('7', '8'),
	}),
	fc.record({ by: fc.constant('success' as const), requests: requestList, since, credentialIds: credentials }),
);
const takeOptions = fc.record(
	{ seenKey: names.map((name) => claimant(name).key), as: asClaimant, adoptedFrom: fc.constantFrom('5', '6') },
	{ requiredKeys: ['seenKey'] },
);
const take = fc
	.tuple(ref, takeOptions, fc.boolean())
	// In most cases, the key with which the ref was begun.
	.map(
		([own, options, any]): Parameters<Store['take']> => [
			own,
			any ? options : { ...options, seenKey: claimant(own.slice(0, 1)).key },
		],
	);
const scope = fc.constantFrom('s1', 's2');

type Arbitraries<A extends unknown[]> = { [I in keyof A]: fc.Arbitrary<A[I]> };

/** Operations without their times. */
function calls<N extends OperationName>(
	name: N,
	...args: Arbitraries<Parameters<Store[N]>>
): fc.Arbitrary<Omit<Operation, 'at'>> {
	return fc.tuple(...args).map((values) => ({ name, args: values as Parameters<Store[N]> }));
}

const operation = fc.oneof(
	{ weight: 5, arbitrary: calls('begin', record, limits) },
	{ weight: 4, arbitrary: calls('change', ref, change, fc.constant({ durable: false })) },
	{ weight: 4, arbitrary: take.map((args) => ({ name: 'take' as const, args })) },
	{ weight: 2, arbitrary: calls('release', refs) },
	{ weight: 2, arbitrary: calls('finish', refs, fc.record({ delivered: fc.boolean() })) },
	calls(
		'note',
		credential.map((id) => `endpoint of ${id}`),
		ref.map((own) => [{ ref: own, snapshot: snapshot('succeeded', 'j1') }]),
	),
	calls('deliver', refs),
	calls('settle', ref, credentials, change, fc.record({ delivered: fc.boolean() })),
	calls('forget', refs, credentials),
	{ weight: 4, arbitrary: calls('find', query) },
	calls(
		'takenIds',
		credential.map((id) => `endpoint of ${id}`),
		fc.subarray(['j1', 'j2', 'j3']),
	),
	{
		weight: 2,
		arbitrary: calls(
			'refsOf',
			credential.map((id) => `endpoint of ${id}`),
			fc.subarray(['j1', 'j2', 'j3', 'j3~2']),
		),
	},
	calls('claimEvent', scope, scope, fc.constant({ claimMs: 3, keepMs: 5 })),
	calls('confirmEvent', scope, scope, fc.constantFrom('l1', 'l2'), fc.constant({ keepMs: 5 })),
);

/** An operation of one of three processes. Without an operation, the process ends and another replaces it. */
const step = fc.record({ actor: fc.nat({ max: 2 }), operation: fc.option(operation, { freq: 12 }) });

/** For sets, the order of the entries does not matter. */
function comparable(name: OperationName, value: unknown): unknown {
	if (name === 'takenIds') return new Set(value as string[]);
	if (name === 'refsOf') return new Map(value as ReturnType<Store['refsOf']>);
	if (name === 'forget') return new Set((value as ReturnType<Store['forget']>).refs);
	return value;
}

test('the in-memory store does what the model does', () => {
	fc.assert(
		fc.property(fc.array(operation, { maxLength: 80, size: 'max' }), (operations) => {
			const [model, store] = [new Model(), new MapStore({ maxRecords: 1000, ownsStrangers: false })];
			model.start('me');
			operations.forEach((one, index) => {
				const timed = { ...one, at: 1000 + index };
				expect(outcome(() => comparable(one.name, store.run(timed)))).toEqual(
					outcome(() => comparable(one.name, model.run('me', timed))),
				);
			});
			expect(
				store.list({ credentialIds: ['k1', 'k2'], limit: 100 }).sort((a, b) => (a.ref < b.ref ? -1 : 1)),
			).toEqual(model.all('me'));
		}),
		{ numRuns: 250 },
	);
});

test('three processes on one file do what the model does', () => {
	const sqlite = loadSqlite();
	if (!sqlite) throw new Error('This Node has no SQLite.');
	// The store remembers for a second whether an owner lives. The mocked clock moves on, so each check is new.
	let clock = 0;
	const spy = jest.spyOn(performance, 'now').mockImplementation(() => (clock += 2000));
	fc.assert(
		fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
			const folder = newFolder();
			const model = new Model();
			const start = () => {
				const store = new SqliteStore(sqlite, folder);
				model.start(store.owner);
				return store;
			};
			const stores = [start(), start(), start()] as const;
			const actors: SqliteStore[] = [...stores];
			try {
				steps.forEach(({ actor, operation: one }, index) => {
					const store = actors[actor] ?? stores[0];
					if (!one) {
						store.close();
						model.kill(store.owner);
						actors[actor] = start();
						return;
					}
					const timed = { ...one, at: 1000 + index };
					const answer = outcome(() => {
						const [first] = store.run([timed]);
						if (!first || 'error' in first) throw new Error('not begun');
						return comparable(one.name, first.value);
					});
					expect(answer).toEqual(outcome(() => comparable(one.name, model.run(store.owner, timed))));
				});
				for (const store of actors) {
					const list: Operation<'list'> = {
						name: 'list',
						args: [{ credentialIds: ['k1', 'k2'], limit: 100 }],
						at: 0,
					};
					const [answer] = store.run([list]);
					const records = answer && 'value' in answer ? (answer.value as ReturnType<Store['list']>) : [];
					expect(records.sort((a, b) => (a.ref < b.ref ? -1 : 1))).toEqual(model.all(store.owner));
				}
			} finally {
				for (const store of actors) store.close();
				rmSync(folder, { recursive: true });
			}
		}),
		{ numRuns: 25 },
	);
	spy.mockRestore();
});

function outcome(action: () => unknown): unknown {
	try {
		return action();
	} catch {
		return 'an error';
	}
}
