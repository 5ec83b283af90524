import { z } from 'zod/v4';
import type { Draw } from './random';

export const FAULT_KINDS = [
	'429', '503', '500', 'reset', 'resetAfterAccept', 'hang', 'truncated', 'malformed', 'wrongShape', 'huge', 'slow', 'redirect',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Something that goes wrong on purpose with the next requests of a route. */
export interface Fault {
	/** One of the backend's route names, or `any`. */
	route: string;
	kind: FaultKind;
	/** How many requests it hits before it is used up; default 1. */
	times?: number;
	/** The `Retry-After` of a 429, 503 or 500: seconds, or an HTTP date. Absent: no such header. */
	retryAfter?: number | string;
	/** Where a `redirect` leads. */
	location?: string;
	/** How long `slow` waits before the request is handled; default 1000. */
	delayMs?: number;
	/** Chance from 0 to 1 that a request of the route is hit, drawn from a seeded generator; default 1. */
	probability?: number;
	/** The error code of a 429, 503 or 500 instead of the usual one, e.g. `PROVIDER_ERROR`. */
	code?: string;
	/** How much `huge` adds to the answer; default 32. */
	megabytes?: number;
}

const faultSchema = z
	.strictObject({
		route: z.string().min(1),
		kind: z.enum(FAULT_KINDS),
		times: z.int().positive().optional(),
		retryAfter: z.union([z.number().nonnegative(), z.string().min(1)]).optional(),
		location: z.string().min(1).optional(),
		delayMs: z.number().nonnegative().optional(),
		probability: z.number().min(0).max(1).optional(),
		code: z.string().min(1).optional(),
		megabytes: z.number().positive().optional(),
	})
	.refine((fault) => fault.kind !== 'redirect' || fault.location !== undefined, 'a redirect needs a location');

/** A fault with its defaults filled in, as the hooks use it. */
export interface ArmedFault extends Fault {
	times: number;
	delayMs: number;
	probability: number;
	megabytes: number;
}

/** The faults that are still to happen, in the order in which they were asked for. */
export class Faults {
	private armed: ArmedFault[] = [];

	/** @param routes the names of the backend's routes that a fault may hit */
	constructor(
		private readonly routes: readonly string[],
		private readonly draw: Draw,
	) {}

	/** Adds a fault; throws when it is not a well-formed one. */
	add(fault: unknown): void {
		const { retryAfter, location, code, ...rest } = this.known().parse(fault);
		this.armed.push({
			...rest,
			times: rest.times ?? 1,
			delayMs: rest.delayMs ?? 1000,
			probability: rest.probability ?? 1,
			megabytes: rest.megabytes ?? 32,
			...(retryAfter === undefined ? {} : { retryAfter }),
			...(location === undefined ? {} : { location }),
			...(code === undefined ? {} : { code }),
		});
	}

	private known() {
		return faultSchema.refine(({ route }) => route === 'any' || this.routes.includes(route), { path: ['route'], message: `must be any or one of ${this.routes.join(', ')}` });
	}

	/** The fault that hits this request, if any; it is used up by one. */
	take(route: string): ArmedFault | null {
		for (const fault of this.armed) {
			if (fault.route !== route && fault.route !== 'any') continue;
			if (fault.probability < 1 && this.draw() >= fault.probability) continue;
			fault.times -= 1;
			if (fault.times === 0) this.armed = this.armed.filter((other) => other !== fault);
			return fault;
		}
		return null;
	}

	/** Nothing goes wrong any more. */
	clear(): void {
		this.armed = [];
	}
}
