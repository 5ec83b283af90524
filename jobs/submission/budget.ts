import { ImageError } from '../../model/errors';

/** What a request takes from a budget. `usd` is an estimate; null where nobody knows it. */
export interface Cost {
	images: number;
	usd: number | null;
}

/** What was taken; is changed in place. */
export interface Spent {
	images: number;
	usd: number;
}

/** Limits of one period; absent: none. */
export interface Limits {
	images?: number | undefined;
	usd?: number | undefined;
}

/** A period with its limits, and what was taken in it. */
export interface Period {
	/** As a message says it: `in this execution`, `today`. */
	name: string;
	limits: Limits;
	/** What was taken in the period that is now. */
	spent: () => Spent;
}

/** Takes a request's cost from every period, or none of it. */
export class Budget {
	/** @param onChange told after each change, to keep what was spent */
	constructor(
		private readonly periods: readonly Period[],
		private readonly onChange: () => void = () => undefined,
	) {}

	/** Throws `invalidRequest` where money is limited and the price is not known. */
	assertPriced({ usd }: Cost): void {
		if (usd !== null || this.periods.every(({ limits }) => limits.usd === undefined)) return;
		throw new ImageError('invalidRequest', { message: 'Money is limited, and no price is known for this request', hint: 'Set "Price per Image (USD)" among the limits of the budget', delivery: 'notSent' });
	}

	/**
	 * Takes the cost before anything is sent; gives what to call when it turns out otherwise: with nothing where the
	 * job was certainly not made, else with what it cost in fact. Throws `quotaExceeded` where a limit would be passed,
	 * `invalidRequest` where money is limited and the price is not known.
	 */
	take(cost: Cost): (fact?: { usd: number }) => void {
		this.assertPriced(cost);
		for (const { name, limits, spent: spentNow } of this.periods) {
			const spent = spentNow();
			if (limits.images !== undefined && spent.images + cost.images > limits.images) throw over(`${spent.images} of ${limits.images} images were asked for ${name}, and this item asks for ${cost.images}`);
			if (limits.usd === undefined || cost.usd === null) continue;
			if (spent.usd + cost.usd > limits.usd + rounding) throw over(`${dollars(spent.usd)} of ${dollars(limits.usd)} are spent ${name}, and this item costs about ${dollars(cost.usd)}`);
		}
		this.add(cost.images, cost.usd ?? 0);
		let open = true;
		return (fact) => {
			if (!open) return;
			open = false;
			if (fact) this.add(0, fact.usd - (cost.usd ?? 0));
			else this.add(-cost.images, -(cost.usd ?? 0));
		};
	}

	private add(images: number, usd: number): void {
		for (const { spent } of this.periods) {
			const now = spent();
			// What is given back may have been taken in a period that is over.
			now.images = Math.max(0, now.images + images);
			now.usd = Math.max(0, now.usd + usd);
		}
		this.onChange();
	}
}

/** Sums of prices are never exact. */
const rounding = 1e-9;

function over(what: string): ImageError {
	return new ImageError('quotaExceeded', { message: `The budget of this node does not allow it: ${what}`, hint: 'Nothing was sent. Raise the limit under Options, Budget, or wait for the next day', delivery: 'notSent' });
}

const dollars = (usd: number) => `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
