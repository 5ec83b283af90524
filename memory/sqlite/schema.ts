/** Version of the journal's tables, kept in `user_version`. A file of a newer version is not touched. */
export const schemaVersion = 1;

/**
 * The journal. Lists are passed to queries as one JSON array and read with `json_each`, so that the text of a query
 * does not depend on their length.
 *
 * The columns of jobs_day and jobs_lineage beyond the key are there so that a budget's sum is read from the index
 * alone; those of jobs_listing so that a filter is applied before a row is fetched.
 */
export const journalSchema = `
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
CREATE INDEX jobs_orphans ON jobs (workflow_id, node_id, request, created_at) WHERE delivered_at IS NULL AND failed = 0 AND state <> 'refused';
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

/** What was learned: its own file, since losing it costs little and its writes must not wait for the journal's. */
export const learnedSchema = `
CREATE TABLE learned (
	scope TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (scope, name)
) WITHOUT ROWID;
CREATE INDEX learned_age ON learned (updated_at);
`;
