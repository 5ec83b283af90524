/**
 * Decides row by row whether to read on in a list of jobs that could also be polled one by one. The first pages are
 * always read. A further page is read only while each page spares more requests than it costs: while the page before
 * contained at least two of the wanted jobs.
 * @param minPages pages that are always read
 * @returns is called with every row, whether it is a wanted job; false: stop reading
 */
export function createPageRule(pageSize: number, minPages: number): (isWanted: boolean) => boolean {
	let rows = 0;
	let wantedOnPage = 0;
	return (isWanted) => {
		rows++;
		if (isWanted) wantedOnPage++;
		if (rows % pageSize !== 0) return true;
		const shouldReadOn = rows < pageSize * minPages || wantedOnPage > 1;
		wantedOnPage = 0;
		return shouldReadOn;
	};
}
