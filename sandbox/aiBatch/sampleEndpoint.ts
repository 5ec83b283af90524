import type { z } from 'zod4';

/** An endpoint whose answer is a sample of the document, or an invented one if the document has none. */
export interface SampleEndpoint {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** The path in fastify's notation. */
	path: string;
	tag: string;
	summary: string;
	body?: z.ZodType;
	/** Whether the real server has it. */
	real?: boolean;
	/** Only the real server has it. */
	onlyReal?: boolean;
	/** Whether it requires the server's key. */
	locked?: boolean;
	answer(call: {
		params: Record<string, string>;
		query: Record<string, unknown>;
		body: Record<string, unknown>;
	}): Record<string, unknown>;
}

/** The answer of an endpoint that does something and has no other result. */
export const done = (message: string) => ({ success: true, message });
