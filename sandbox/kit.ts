/**
 * Describes how the tests of all backends use one of them, and how its stand-in produces the situation of a scenario.
 * Each folder beside this file exports a list of kits from its `kit.ts`. If a kit has no entry for a scenario, the
 * scenario is skipped with a reason.
 */
export interface Kit {
	/** Needed only for a second way of using a backend: the heading of its column in tables. */
	name?: string;
	/** The dialects of this kit; default: both. */
	dialects?: ReadonlyArray<'document' | 'real'>;
	/** Settings that make the stand-in fast and without limits. */
	settings: Record<string, unknown>;
	/** The fields that every request needs besides a prompt. */
	request?: { extras?: Record<string, string | number | boolean> };
	/** Names of the routes that a fault can hit: submit, and the poll of one job. */
	routes: { submit: string; poll?: string };
	/** Credential fields with a key that the backend does not accept; null if the backend checks no key. */
	wrongKey: Record<string, unknown> | null;
	/** Settings with which the stand-in accepts this key too, in the field that the provider names `keyField`. */
	accepts: (key: string) => Record<string, unknown>;
	/** Whether the credential's own test detects a wrong key. Some backends check a key only when they generate. */
	credentialTestDetectsWrongKey: boolean;
	/** The dialect in which the server has its own keys, so that a request needs none. */
	keylessDialect?: string;
	prompts: {
		/** The job fails at the provider. */
		fails: string;
		/** The model rejects the prompt; null if the backend cannot report a rejection. */
		refused: string | null;
		/** One of three images is missing; null if the backend makes all or none. */
		partial: string | null;
		/** The job stays in a state in which it can be canceled. */
		waits?: string;
	};
	/** Additional credential fields for a dialect, if the dialects are different APIs. */
	credentialFor?: (dialect: string) => Record<string, unknown>;
	/** The submit of this kit answers with the finished job, although the provider's other requests do not. */
	answersAtOnce?: boolean;
	/** Strings that must be in no snapshot and no error. */
	secrets: readonly string[];
	/** An operation of the provider's node that costs nothing and works without an earlier job. */
	freeOperation: { resource: string; operation: string };
	/** A model that the editor's list must contain, if the provider has models. */
	listedModel?: string;
}
