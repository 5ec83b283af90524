/**
 * Tells, row by row, whether to read on in a list for jobs that could also be polled one by one: the first pages
 * in any case, further ones while each of them spares more requests than it costs.
 * @param first pages read in any case
 */
export function pagesWorthReading(pageSize: number, first: number): (isWanted: boolean) => boolean {
	let rows = 0;
	let wanted = 0;
	return (isWanted) => {
		rows++;
		if (isWanted) wanted++;
		if (rows % pageSize !== 0) return true;
		const isWorth = rows < pageSize * first || wanted > 1;
		wanted = 0;
		return isWorth;
	};
}
