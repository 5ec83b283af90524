import { eachLine } from './lines';

it('reads each line that is not empty, with either line end and without an end', async () => {
	expect(await eachLine('a\r\n\n  \nb\nc', (line) => line.trim())).toEqual(['a', 'b', 'c']);
	expect(await eachLine('', (line) => line)).toEqual([]);
});

it('refuses more lines than any batch has', async () => {
	const count = async (lines: number) => (await eachLine('{}\n'.repeat(lines), parse)).length;
	const parse = (line: string) => JSON.parse(line) as unknown;
	expect(await count(20_000)).toBe(20_000);
	await expect(count(20_001)).rejects.toMatchObject({ code: 'malformedResponse' });
});
