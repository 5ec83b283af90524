import { evaluate } from '../setup/evaluate';

const sample = (count: number, size: number, seed: number) =>
	evaluate(
		'../mutation/sample.mjs',
		`m.sampleOf(Array.from({ length: ${count} }, (_, line) => ({
			fileName: 'a.ts', location: { start: { line, column: 0 }, end: { line, column: 9 } },
			mutatorName: 'BooleanLiteral', replacement: 'true',
		})), ${size}, ${seed}).map(({ location }) => location.start.line)`,
	) as number[];

it('a sample has the wanted size, depends on the seed alone, and takes all where there are fewer', () => {
	const lines = sample(100, 20, 1);
	expect(new Set(lines).size).toBe(20);
	expect(sample(100, 20, 1)).toEqual(lines);
	expect(sample(100, 20, 2)).not.toEqual(lines);
	expect(sample(5, 20, 1)).toHaveLength(5);
});

it('a larger sample contains the smaller one of the same seed', () => {
	expect(sample(100, 30, 1)).toEqual(expect.arrayContaining(sample(100, 20, 1)));
});

it('the tests nearest to the mutated file run first, and files without a test of the mutant do not run', () => {
	const tests = [
		{ id: 'a', fileName: '/r/jobs/polling/poller.test.ts', timeSpentMs: 5 },
		{ id: 'b', fileName: '/r/providers/x.test.ts', timeSpentMs: 7 },
		{ id: 'b', fileName: '/r/jobs/polling/cadence.test.ts', timeSpentMs: 1 },
		{ id: 'c', fileName: '/r/jobs/polling/cadence.test.ts', timeSpentMs: 2 },
		{ id: 'c', fileName: '/r/jobs/endpoint/pacer.test.ts', timeSpentMs: 3 },
		{ id: 'd', fileName: '/r/http/form.test.ts', timeSpentMs: 4 },
	];
	const mutant = { testFilter: ['a', 'b', 'c'], sandboxFileName: '/r/jobs/polling/poller.ts' };
	expect(
		evaluate('../mutation/stages.mjs', `m.stagesOf(${JSON.stringify(mutant)}, ${JSON.stringify(tests)}, '/r')`),
	).toEqual([
		{ files: ['/r/jobs/polling/poller.test.ts'], netMs: 5 },
		{ files: ['/r/jobs/polling/cadence.test.ts'], netMs: 3 },
		{ files: ['/r/jobs/endpoint/pacer.test.ts'], netMs: 3 },
		{ files: ['/r/providers/x.test.ts'], netMs: 7 },
	]);
	// A mutant that runs while its module loads concerns all tests of the folder.
	const loading = { testFilter: ['d'], sandboxFileName: '/r/jobs/polling/poller.ts', isLoading: true };
	expect(
		evaluate('../mutation/stages.mjs', `m.stagesOf(${JSON.stringify(loading)}, ${JSON.stringify(tests)}, '/r')`),
	).toEqual([
		{ files: ['/r/jobs/polling/poller.test.ts'], netMs: 5 },
		{ files: ['/r/jobs/polling/cadence.test.ts'], netMs: 3 },
		{ files: ['/r/http/form.test.ts'], netMs: 4 },
	]);
});

it('the score counts time-outs as killed, code without tests as missed, and no invalid mutants', () => {
	const mutants = [
		['jobs/a.ts', 'Killed'],
		['jobs/a.ts', 'Timeout'],
		['jobs/a.ts', 'Survived'],
		['http/b.ts', 'NoCoverage'],
		['http/b.ts', 'CompileError'],
		['http/b.ts', 'Ignored'],
		['http/b.ts', 'RuntimeError'],
	].map(([fileName, status]) => ({ fileName: `${process.cwd()}/${String(fileName)}`, status }));
	expect(evaluate('../mutation/score.mjs', `m.scoreOf(${JSON.stringify(mutants)})`)).toEqual({
		all: { mutants: 4, killed: 2, percent: 50 },
		parts: {
			http: { mutants: 1, killed: 0, percent: 0 },
			jobs: { mutants: 3, killed: 2, percent: (100 * 2) / 3 },
		},
	});
});
