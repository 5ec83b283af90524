import type { Cost, PaidRequest } from '../../memory/record';

/** What the paid requests of a job show about its parts. */
type Requests = readonly PaidRequest[];

/** Whether the outcome of this request is unknown. */
export function isOpen({ outcome }: PaidRequest): boolean {
	return outcome === 'unknown' || outcome === 'sent';
}

/**
 * Parts that may have been made: a request for them has an unknown outcome, and none was accepted. A repeat that was
 * not accepted does not settle them.
 */
export function unknownPartsOf(requests: Requests): number[] {
	const accepted = new Set(requests.flatMap(({ part, outcome }) => (outcome === 'accepted' ? [part] : [])));
	const open = requests.filter((request) => isOpen(request) && !accepted.has(request.part));
	return [...new Set(open.map(({ part }) => part))];
}

/** The provider's ids of what was made, by part. */
export function madePartsOf(requests: Requests): Map<number, string> {
	return new Map(
		requests.flatMap(
			({ part, outcome, providerId }): Array<[number, string]> =>
				outcome === 'accepted' && providerId !== null ? [[part, providerId]] : [],
		),
	);
}

/**
 * The cost of a job. Requests that were not accepted or not sent cost nothing.
 * @param whole the cost of the job with all its parts
 * @param count images requested
 */
export function costOfParts(requests: Requests, { images, usd }: Cost, count: number): Cost {
	if (requests.every(({ part }) => part === 0)) return { images, usd };
	const counted = new Set(requests.flatMap(({ part, outcome }) => (outcome === 'notAccepted' ? [] : [part])));
	const share = Math.min(1, counted.size / count);
	return { images: Math.round(images * share), usd: usd === null ? null : usd * share };
}
