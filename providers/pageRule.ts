/**
 * Decides after each row whether to read on in a list of jobs. The jobs could also be polled one by one. The first
 * pages are always read. A further page is read only if the page before contained at least two of the wanted jobs: then
 * a page saves more requests than it costs.
 * @param minPages pages that are always read
 * @returns a function to call for every row, with whether it is a wanted job; it returns false to stop the reading
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
