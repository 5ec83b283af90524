import type { IExecuteFunctions } from 'n8n-workflow';
import { logEveryMs, progressOf, reportEveryMs } from './progress';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function bench(total: number) {
	const logged: string[] = [];
	const reported: string[] = [];
	const context = {
		getNode: () => ({ name: 'Image Generate' }),
		logger: { info: (line: string) => logged.push(line) },
		sendMessageToUI: (line: string) => reported.push(line),
	} as unknown as IExecuteFunctions;
	return { logged, reported, progress: progressOf(context, total) };
}

it('writes one line per minute to the log, however many items are done', () => {
	const { logged, progress } = bench(1_000);
	for (let n = 0; n < 500; n++) progress.done({ failed: n % 100 === 0 });
	jest.advanceTimersByTime(3 * logEveryMs);
	expect(logged).toEqual(Array.from({ length: 3 }, () => 'Image Generate: 500 of 1000 done, 5 of them failed'));
});

it('reports changes to the editor, and only changes', () => {
	const { reported, progress } = bench(3);
	jest.advanceTimersByTime(reportEveryMs);
	progress.done({ failed: false });
	progress.done({ failed: false });
	jest.advanceTimersByTime(3 * reportEveryMs);
	expect(reported).toEqual(['Image Generate: 2 of 3 done']);
});

it('a node that has ended logs no more progress', () => {
	const { logged, reported, progress } = bench(1);
	progress.done({ failed: false });
	progress.end();
	jest.advanceTimersByTime(10 * logEveryMs);
	expect([...logged, ...reported]).toEqual([]);
	expect(jest.getTimerCount()).toBe(0);
});
