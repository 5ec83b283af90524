/** The tables of one database file, and how files of earlier versions become those of this one. */
export interface Schema {
	/** Kept in `user_version`; 0 is a new file. A file of a newer version is not touched. */
	version: number;
	/** Makes the tables of a new file. */
	create: string;
	/** The entry at index 0 makes version 2 out of version 1, and so on. */
	migrations: readonly string[];
}

/**
 * The journal. Lists are passed to queries as one JSON array and read with `json_each`, so that the text of a query
 * does not depend on their length.
 *
 * The columns of jobs_day and jobs_lineage beyond the key are there so that a budget's sum is read from the index
 * alone; those of jobs_listing so that a filter is applied before a row is fetched.
 */
const journalTables = `
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
	WHERE delivered_at IS NULL AND failed = 0 AND state <> 'notAccepted';
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

/**
 * Version 2 renames the state and the outcome `refused` to `notAccepted`.
 *
 * A process of version 1 that has the file open does not notice. It goes on until it ends and writes `refused`, which
 * the trigger renames at once. It does not know `notAccepted`: an item whose record has that state fails there before
 * anything is sent. When such a process is started again, it does not open the file.
 */
const toVersion2 = `
DROP INDEX jobs_orphans;
UPDATE jobs SET
	state = iif(state = 'refused', 'notAccepted', state),
	requests = replace(requests, '"outcome":"refused"', '"outcome":"notAccepted"')
	WHERE state = 'refused' OR instr(requests, '"outcome":"refused"') > 0;
CREATE INDEX jobs_orphans ON jobs (workflow_id, node_id, request, created_at)
	WHERE delivered_at IS NULL AND failed = 0 AND state <> 'notAccepted';
CREATE TRIGGER jobs_version_1 AFTER UPDATE OF state, requests ON jobs
	WHEN NEW.state = 'refused' OR instr(NEW.requests, '"outcome":"refused"') > 0
BEGIN
	UPDATE jobs SET
		state = iif(state = 'refused', 'notAccepted', state),
		requests = replace(requests, '"outcome":"refused"', '"outcome":"notAccepted"')
		WHERE ref = NEW.ref;
END;
`;

export const journalSchema: Schema = { version: 2, create: journalTables, migrations: [toVersion2] };

/** The learned values: a separate file, because a loss costs little and their writes must not wait for the journal. */
const learnedTables = `
CREATE TABLE learned (
	scope TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (scope, name)
) WITHOUT ROWID;
CREATE INDEX learned_age ON learned (updated_at);
`;

export const learnedSchema: Schema = { version: 1, create: learnedTables, migrations: [] };
