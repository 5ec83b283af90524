import type { FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import type { BaseStandIn } from '../shared/baseStandIn';
import type { Settings } from './settings';

/** The files of one call. */
export interface Made {
	prompt: string;
	size: [number, number];
}

/** The parts of the server that its routes need. */
export interface ApiServer extends Pick<BaseStandIn<Settings>, 'settings' | 'pictures' | 'origin'> {
	/** The files of all calls, by the id of the result. */
	readonly made: Map<string, Made>;
	/** Checks the session id and parses the body by its schema. */
	read<T>(schema: z.ZodType<T>, request: FastifyRequest): T;
	/**
	 * Waits until the result is ready, like the real site. Returns the id of the result, or the reason why there is
	 * none. A client that disconnects early still pays for the images.
	 */
	run(
		request: FastifyRequest,
		prompt: string,
		body: object,
		durationMs: number,
	): Promise<{ id: string; failure: string | null }>;
	/** How many images a prompt makes. */
	countOf(prompt: string): number;
}
