import { z } from 'zod4';
import type { Draw } from './random';

/** Answered before the request is read: no job. */
const STATUS_KINDS = ['403', '404', '429', '500', '502', '503', '504'] as const;
/** The request does not reach the backend, or arrives late: no job, except with `slow`. */
const DELIVERY_KINDS = ['reset', 'resetMidBody', 'hang', 'slow', 'redirect'] as const;
/** The request takes effect, and its answer is lost. */
const LOST_KINDS = [
	'resetAfterAccept',
	'hangAfterAccept',
	'500AfterAccept',
	'502AfterAccept',
	'503AfterAccept',
	'504AfterAccept',
] as const;
/** The request takes effect, and its answer is wrong. */
const WRONG_KINDS = ['truncated', 'empty', 'malformed', 'wrongShape', 'huge'] as const;

export const FAULT_KINDS = [...STATUS_KINDS, ...DELIVERY_KINDS, ...LOST_KINDS, ...WRONG_KINDS] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** A planned fault for the next requests of a route. */
export interface Fault {
	/** One of the backend's route names, or `any`. */
	route: string;
	kind: FaultKind;
	/** Only requests of this tenant are hit, and only they count; default: all requests. */
	tenant?: string;
	/** Number of requests that it hits before it is used up; default 1. */
	times?: number;
	/**
	 * Number of requests of the route that pass before it hits one; default 0. Requests that another fault hits count
	 * too.
	 */
	skip?: number;
	/**
	 * A status is answered with a gateway's HTML page instead of the backend's own body. 502, 504 and `503AfterAccept`
	 * always have this page.
	 */
	page?: boolean;
	/** The `Retry-After` of a status: seconds, or an HTTP date. Absent: no such header. */
	retryAfter?: number | string;
	/** The target of a `redirect`. */
	location?: string;
	/** Delay before `slow` handles the request, in ms; default 1000. */
	delayMs?: number;
	/** Probability from 0 to 1 that a request of the route is hit, from a seeded generator; default 1. */
	probability?: number;
	/**
	 * The error code in the body of a status instead of the usual one, e.g. `PROVIDER_ERROR`, if the backend has codes.
	 */
	code?: string;
	/** Megabytes that `huge` adds to the answer; default 32. */
	megabytes?: number;
}

const faultSchema = z
	.strictObject({
		route: z.string().min(1),
		kind: z.enum(FAULT_KINDS),
		tenant: z.string().min(1).optional(),
		times: z.int().positive().optional(),
		skip: z.int().nonnegative().optional(),
		page: z.boolean().optional(),
		retryAfter: z.union([z.number().nonnegative(), z.string().min(1)]).optional(),
		location: z.string().min(1).optional(),
		delayMs: z.number().nonnegative().optional(),
		probability: z.number().min(0).max(1).optional(),
		code: z.string().min(1).optional(),
		megabytes: z.number().positive().optional(),
	})
	.refine((fault) => fault.kind !== 'redirect' || fault.location !== undefined, 'a redirect needs a location')
	.refine((fault) => fault.page !== true || statusOf(fault.kind) !== null, 'only a status can be a page');

/** A fault with its defaults filled in, as the hooks use it. */
export interface ArmedFault extends Fault {
	times: number;
	skip: number;
	page: boolean;
	delayMs: number;
	probability: number;
	megabytes: number;
}

/** The status that a fault answers, before or after the request took effect; null for the other kinds. */
export function statusOf(kind: FaultKind): number | null {
	const digits = /^(\d{3})(?:AfterAccept)?$/.exec(kind)?.[1];
	return digits === undefined ? null : Number(digits);
}

/**
 * Whether only a gateway gives this answer: a running backend sends no 502 or 504, and no 503 for an accepted request.
 */
function isGatewayKind(kind: FaultKind): boolean {
	return kind === '503AfterAccept' || /^50[24]/.test(kind);
}

/** The planned faults, in the order of their requests. */
export class Faults {
	private armed: ArmedFault[] = [];

	/** @param routes the names of the backend's routes that a fault may hit */
	constructor(
		private readonly routes: readonly string[],
		private readonly draw: Draw,
	) {}

	/** Adds a fault; throws if it is invalid. */
	add(fault: unknown): void {
		const { retryAfter, location, code, tenant, ...rest } = this.known().parse(fault);
		this.armed.push({
			...rest,
			times: rest.times ?? 1,
			skip: rest.skip ?? 0,
			page: rest.page === true || isGatewayKind(rest.kind),
			delayMs: rest.delayMs ?? 1000,
			probability: rest.probability ?? 1,
			megabytes: rest.megabytes ?? 32,
			...(retryAfter === undefined ? {} : { retryAfter }),
			...(location === undefined ? {} : { location }),
			...(code === undefined ? {} : { code }),
			...(tenant === undefined ? {} : { tenant }),
		});
	}

	private known() {
		return faultSchema.refine(({ route }) => route === 'any' || this.routes.includes(route), {
			path: ['route'],
			message: `must be any or one of ${this.routes.join(', ')}`,
		});
	}

	/** The fault that hits this request, if any; it counts as used. */
	take(route: string, tenant: string): ArmedFault | null {
		let hit: ArmedFault | null = null;
		for (const fault of this.armed) {
			if (fault.route !== route && fault.route !== 'any') continue;
			if (fault.tenant !== undefined && fault.tenant !== tenant) continue;
			if (fault.skip > 0) {
				fault.skip -= 1;
				continue;
			}
			if (hit !== null || (fault.probability < 1 && this.draw() >= fault.probability)) continue;
			hit = fault;
		}
		if (hit === null) return null;
		hit.times -= 1;
		if (hit.times === 0) this.armed = this.armed.filter((other) => other !== hit);
		return hit;
	}

	/** Removes all faults. */
	clear(): void {
		this.armed = [];
	}
}
