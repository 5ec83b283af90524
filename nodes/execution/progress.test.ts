import type { IExecuteFunctions } from 'n8n-workflow';
import { logEveryMs, progressOf, reportEveryMs } from './progress';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function bench(total: number) {
	const logged: string[] = [];
	const told: string[] = [];
	const context = {
		getNode: () => ({ name: 'Image Generate' }),
		logger: { info: (line: string) => logged.push(line) },
		sendMessageToUI: (line: string) => told.push(line),
	} as unknown as IExecuteFunctions;
	return { logged, told, progress: progressOf(context, total) };
}

it('says one line a minute in the log, whatever happens in it', () => {
	const { logged, progress } = bench(1_000);
	for (let n = 0; n < 500; n++) progress.done({ failed: n % 100 === 0 });
	jest.advanceTimersByTime(3 * logEveryMs);
	expect(logged).toEqual(Array.from({ length: 3 }, () => 'Image Generate: 500 of 1000 done, 5 of them failed'));
});

it('tells the editor of changes, and only of changes', () => {
	const { told, progress } = bench(3);
	jest.advanceTimersByTime(reportEveryMs);
	progress.done({ failed: false });
	progress.done({ failed: false });
	jest.advanceTimersByTime(3 * reportEveryMs);
	expect(told).toEqual(['Image Generate: 2 of 3 done']);
});

it('a node that has ended says nothing more', () => {
	const { logged, told, progress } = bench(1);
	progress.done({ failed: false });
	progress.end();
	jest.advanceTimersByTime(10 * logEveryMs);
	expect([...logged, ...told]).toEqual([]);
	expect(jest.getTimerCount()).toBe(0);
});
