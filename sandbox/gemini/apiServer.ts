import type { FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import type { BaseStandIn } from '../shared/baseStandIn';
import type { Batches } from './batches';
import type { ContentBody } from './request';
import type { Settings } from './settings';

type Shared = 'settings' | 'pictures' | 'timers' | 'ledger' | 'origin' | 'problem';

/** The parts of the server that its routes need. */
export interface ApiServer extends Pick<BaseStandIn<Settings>, Shared> {
	readonly batches: Batches;
	/** Number of calls per prompt, so that each call gets another picture. */
	readonly asked: Map<string, number>;
	/** Pictures that a proxy has stored at a URL. */
	readonly hosted: Map<string, Buffer>;
	/**
	 * Checks the caller's key.
	 * @param dialect the only dialect with this path; default: both have it
	 */
	admit(request: FastifyRequest, dialect?: Settings['dialect']): void;
	/** Answers 404 for a model that this dialect does not have. */
	known(model: string): string;
	/** Parses the body by its schema. */
	read<T>(schema: z.ZodType<T>, request: FastifyRequest): T;
	/** Answers 400 for what the model cannot do. */
	rejectImpossible(model: string, body: ContentBody): void;
}
