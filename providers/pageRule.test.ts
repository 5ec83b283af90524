import { pagesWorthReading } from './pagesWorthReading';

/** Rows read of a list in which these are wanted. */
function read(wanted: readonly boolean[], pageSize: number, first: number): number {
	const goOn = pagesWorthReading(pageSize, first);
	const end = wanted.findIndex((isWanted) => !goOn(isWanted));
	return end < 0 ? wanted.length : end + 1;
}

it('the first pages are read whatever is on them', () => {
	expect(
		read(
			Array.from({ length: 100 }, () => false),
			10,
			3,
		),
	).toBe(30);
});

it('further ones while each holds several of those wanted', () => {
	const rows = Array.from({ length: 100 }, (_, row) => row < 51);
	expect(read(rows, 10, 1)).toBe(60);
	expect(
		read(
			rows.map((_, row) => row % 10 === 0),
			10,
			1,
		),
	).toBe(10);
	expect(
		read(
			rows.map(() => true),
			10,
			1,
		),
	).toBe(100);
});
