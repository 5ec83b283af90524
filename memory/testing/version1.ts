import type { Sqlite } from '../sqlite/database.ts';

/** The journal's tables of version 1. Never change them: users' disks have such files. */
const tables = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;

CREATE TABLE jobs (
	ref TEXT PRIMARY KEY,
	key TEXT NOT NULL UNIQUE,
	base_key TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	wire_key TEXT NOT NULL,
	lineage TEXT NOT NULL,
	root_execution_id TEXT NOT NULL,
	workflow_id TEXT NOT NULL,
	workflow_name TEXT NOT NULL,
	node_id TEXT NOT NULL,
	execution_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	request TEXT NOT NULL,
	model TEXT,
	provider TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	endpoint_name TEXT NOT NULL,
	credential_id TEXT NOT NULL,
	day TEXT NOT NULL,
	images INTEGER NOT NULL,
	usd REAL,
	state TEXT NOT NULL,
	detail TEXT,
	failed INTEGER NOT NULL DEFAULT 0,
	succeeded INTEGER NOT NULL DEFAULT 0,
	requests TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	ended_at INTEGER,
	delivered_at INTEGER,
	adopted_from TEXT,
	owner TEXT,
	busy INTEGER NOT NULL
);
CREATE INDEX jobs_base_key ON jobs (base_key, attempt);
CREATE INDEX jobs_orphans ON jobs (workflow_id, node_id, request, created_at)
	WHERE delivered_at IS NULL AND failed = 0 AND state <> 'refused';
CREATE INDEX jobs_attempts ON jobs (lineage, node_id, request);
CREATE INDEX jobs_success ON jobs (request, ended_at) WHERE succeeded = 1;
CREATE INDEX jobs_day ON jobs (workflow_id, node_id, day, state, images, usd);
CREATE INDEX jobs_lineage ON jobs (lineage, node_id, state, images, usd);
CREATE INDEX jobs_listing ON jobs (credential_id, created_at, state, failed, delivered_at, workflow_id, execution_id);
CREATE INDEX jobs_busy ON jobs (owner) WHERE busy = 1;
CREATE INDEX jobs_age ON jobs (updated_at);
CREATE INDEX jobs_done_age ON jobs (updated_at) WHERE state = 'ended' AND delivered_at IS NOT NULL;

CREATE TABLE provider_ids (
	endpoint TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	ref TEXT NOT NULL,
	PRIMARY KEY (endpoint, provider_id, ref)
) WITHOUT ROWID;
CREATE INDEX provider_ids_ref ON provider_ids (ref);

CREATE TABLE events (
	scope TEXT NOT NULL,
	id TEXT NOT NULL,
	lineage TEXT,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID;
CREATE INDEX events_age ON events (expires_at);

CREATE TABLE results (
	ref TEXT NOT NULL,
	image_index INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	written_at INTEGER NOT NULL,
	keep_until INTEGER NOT NULL,
	PRIMARY KEY (ref, image_index)
) WITHOUT ROWID;
CREATE INDEX results_keep ON results (keep_until);
CREATE INDEX results_age ON results (written_at, bytes);
`;

/** A row of version 1: its name, its state, what the state holds, and the outcomes of its requests. */
export type Version1Row = [name: string, state: string, detail: unknown, outcomes: readonly string[]];

/** Makes a journal of version 1 with rows, as the first release of the pack does. */
export function makeVersion1(sqlite: Sqlite, path: string, rows: readonly Version1Row[]): void {
	const database = new sqlite.DatabaseSync(path);
	database.exec(`PRAGMA journal_mode = WAL; ${tables} PRAGMA user_version = 1`);
	for (const [name, state, detail, outcomes] of rows) {
		const origin = {
			...{ workflowId: 'workflow', workflowName: 'Workflow', nodeId: 'node', nodeName: 'Node' },
			...{ executionId: '1', runIndex: 0, itemIndex: 0, mode: 'manual' },
		};
		const requests = outcomes.map((outcome, part) => ({ part, outcome, sentAt: 1, providerId: null }));
		const row = {
			...{ ref: name.padEnd(12, '0'), key: `key ${name}`, base_key: `key ${name}`, attempt: 0, wire_key: name },
			...{ lineage: 'lineage', root_execution_id: '1', workflow_id: 'workflow', workflow_name: 'Workflow' },
			...{ node_id: 'node', execution_id: '1', origin: JSON.stringify(origin), request: 'request', model: null },
			...{ provider: 'imageSaas', endpoint: 'endpoint', endpoint_name: 'main', credential_id: 'credential' },
			...{ day: 'day', images: 1, usd: null, state, detail: JSON.stringify(detail), failed: 0, succeeded: 0 },
			...{ requests: JSON.stringify(requests), created_at: Date.now(), updated_at: Date.now(), ended_at: null },
			...{ delivered_at: null, adopted_from: null, owner: null, busy: 0 },
		};
		const columns = Object.keys(row);
		const sql = `INSERT INTO jobs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
		database.prepare(sql).run(...Object.values(row));
	}
	database.close();
}
