import { lookUpCall } from '../../test/support/providerCalls';
import { clockSkewMs } from '../lookUp';
import { type HistoryRow, lookUpInHistory } from './lookUp';

const { since } = lookUpCall();
const hour = 3_600_000;

/** A page with these times by the server's clock, each of an ended task of another request; more pages follow. */
async function pagesRead(clockAheadMs: number, times: readonly number[]): Promise<number> {
	let pages = 0;
	const row = (createdAt: number, index: number): HistoryRow => ({
		id: `${pages}-${index}`,
		createdAt,
		hasEnded: true,
		wasNotAccepted: false,
		prompt: 'Another',
		model: undefined,
		count: undefined,
	});
	await lookUpInHistory(
		async () => {
			pages++;
			const rows = pages > 3 ? [] : times.map(row);
			return { rows, total: 1_000, unreadable: 0, clockAheadMs };
		},
		() => 'no',
		lookUpCall(),
	);
	return pages;
}

it.each([
	['as ours', 0],
	['an hour ahead', hour],
	['an hour behind', -hour],
])('with a clock %s, reading ends at the first ended task that is older by that clock', async (_what, ahead) => {
	const then = since + ahead;
	expect(await pagesRead(ahead, [then + 1_000, then - clockSkewMs - 1])).toBe(1);
	expect(await pagesRead(ahead, [then + 1_000, then - clockSkewMs])).toBeGreaterThan(3);
});
