import { join } from 'node:path';
import { accepted, claimant, credentialIds, newRecord, snapshot } from '../testing/samples.ts';
import { sqlite, SqliteSubject } from '../testing/sqliteSubject.ts';
import { Database } from './database.ts';

const subject = SqliteSubject.forEachTest();
const { call } = subject;

test('every query is a search of an index, and a budget is read from the index alone', () => {
	const asked = new Set<string>();
	for (const method of ['all', 'write'] as const) {
		const original = Database.prototype[method];
		jest.spyOn(Database.prototype, method).mockImplementation(function (this: Database, sql, ...values) {
			asked.add(sql);
			return Reflect.apply(original, this, [sql, ...values]) as never;
		});
	}
	const { ref, key } = newRecord('fox');
	const place = { workflowId: 'workflow', nodeId: 'node', requests: ['request'], credentialIds };
	const budgets = [
		{ workflowId: 'workflow', nodeId: 'node', day: 'day' },
		{ lineage: 'lineage', nodeId: 'node' },
	];
	call(
		'begin',
		newRecord('fox'),
		budgets.map((over) => ({ name: 'limit', over, images: 5 })),
	);
	call('change', ref, { state: accepted(), requests: [], cost: { images: 1, usd: 1 } }, { durable: true });
	call('note', 'endpoint', [{ ref, snapshot: snapshot() }]);
	call('release', [ref]);
	call('take', ref, { seenKey: key, as: claimant('hen'), adoptedFrom: '1' });
	call('finish', [ref], { delivered: true });
	call('deliver', [ref]);
	call('settle', ref, credentialIds, {}, { delivered: true });
	call('find', { by: 'baseKey', baseKey: 'b', credentialIds });
	call('find', { by: 'orphans', ...place, exceptLineage: 'l', since: 0 });
	call('find', { by: 'earlierAttempts', ...place, lineage: 'l', exceptRootExecutionId: '1' });
	call('find', { by: 'success', requests: ['request'], since: 0, credentialIds });
	call('takenIds', 'endpoint', ['a', 'b']);
	call('refsOf', 'endpoint', ['a', 'b']);
	const filter = {
		credentialIds,
		since: 0,
		until: 5,
		states: ['sent'],
		delivered: false,
		failed: true,
		workflowId: 'w',
		executionId: '1',
	} as const;
	for (const narrow of [filter, { ...filter, refs: [ref] }, { credentialIds }]) {
		call('list', { ...narrow, limit: 5 });
		call('spending', narrow);
	}
	call('claimEvent', 's', 'i', { claimMs: 1, keepMs: 1 });
	call('confirmEvent', 's', 'i', 'l', { keepMs: 1 });
	call('addResult', { ref, imageIndex: 0 }, 5);
	call('keepResults', [ref], 5);
	call('strayResults', [{ ref, imageIndex: 0 }]);
	call('prune', { keepRecordsMs: 1, maxRecords: 0 });
	call('forget', [ref], credentialIds);

	const raw = new sqlite.DatabaseSync(join(subject.folder, 'journal.sqlite'));
	const counts = /^SELECT count\(\*\)/;
	const statements = [...asked].filter((sql) => !counts.test(sql) && !sql.includes(' learned'));
	expect(statements.length).toBeGreaterThan(40);
	for (const sql of statements) {
		const plan = raw
			.prepare(`EXPLAIN QUERY PLAN ${sql}`)
			.all()
			.map(({ detail }) => String(detail));
		const scans = plan.filter((line) => /^SCAN/.test(line) && !line.startsWith('SCAN json_each'));
		expect({ sql, scans }).toEqual({ sql, scans: [] });
		if (sql.includes('sum(images)') && !sql.includes('GROUP BY'))
			expect(plan.join()).toMatch(/SEARCH jobs USING COVERING INDEX jobs_(day|lineage)/);
	}
	raw.close();
});
