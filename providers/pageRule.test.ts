import { createPageRule } from './pageRule';

/** How many rows of a list are read. @param wanted for each row, whether it is a wanted job */
function rowsRead(wanted: readonly boolean[], pageSize: number, minPages: number): number {
	const shouldReadOn = createPageRule(pageSize, minPages);
	const end = wanted.findIndex((isWanted) => !shouldReadOn(isWanted));
	return end < 0 ? wanted.length : end + 1;
}

const rows = Array.from({ length: 100 }, (_, row) => row);
const all = rows.map(() => true);
const none = rows.map(() => false);
const firstHalf = rows.map((row) => row < 51);
const oneOnEachPage = rows.map((row) => row % 10 === 0);

it('the first pages are read even if they contain no wanted job', () => {
	expect(rowsRead(none, 10, 3)).toBe(30);
});

it('a further page is read after a page with several wanted jobs', () => {
	expect(rowsRead(firstHalf, 10, 1)).toBe(60);
	expect(rowsRead(all, 10, 1)).toBe(100);
});

it('a further page is not read after a page with one wanted job', () => {
	expect(rowsRead(oneOnEachPage, 10, 1)).toBe(10);
});
