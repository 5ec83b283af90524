import type { FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import type { BaseStandIn } from '../shared/baseStandIn';
import type { FormFile } from '../shared/multipart';
import type { MadeFile } from './generations';
import type { GenerateBody } from './request';
import type { Settings } from './settings';
import type { Upstream } from './upstream';

/** A batch of prompts that the server works through. */
export interface Batch {
	id: string;
	total: number;
	completed: number;
	/** When the last prompt is done, ms since the epoch. */
	endsAt: number;
}

/** The parts of the server that its routes need. */
export interface ApiServer extends Pick<BaseStandIn<Settings>, 'settings' | 'pictures' | 'timers' | 'problem'> {
	/** Generated files, by name. */
	readonly files: Map<string, MadeFile>;
	/** Uploaded files, by id. */
	readonly stored: Map<string, { bytes: Buffer; type: string }>;
	readonly batches: Map<string, Batch>;
	readonly upstream: Upstream;
	/** The preferences of the server's only user. */
	preferences: Record<string, unknown>;
	/** The last number that `nextStamp` gave. */
	readonly lastStamp: number;
	/** A new number for the names of files and batches. */
	nextStamp(): number;
	/** Answers 404 or 405 for a path that this dialect does not have. */
	offered(request: FastifyRequest, real: boolean, onlyReal: boolean): void;
	/** Answers 401 without the server's key, if the server has one. */
	unlocked(request: FastifyRequest): void;
	/** Checks that this dialect has the upstream and that the upstream accepts the key. */
	checkUpstream(body: Pick<GenerateBody, 'api_provider' | 'api_key'>): void;
	/** Parses the body by its schema. */
	read<T>(schema: z.ZodType<T>, request: FastifyRequest): T;
	/** Reads a form with its files. A JSON body counts as the fields of a form. */
	formOrJson(request: FastifyRequest): { fields: Record<string, unknown>; files: FormFile[] };
}
