/** A statement of docs/reliability.md, and what holds it. */
export interface Statement {
	says: string;
	/** Path of the test or the benchmark, from the project's folder. */
	file: string;
	/** The test's title as it stands in the file, or its beginning. Absent for a benchmark. */
	title?: string;
	/** Id of the figure that the test or the benchmark records. The page has a dash until it is recorded. */
	figure?: string;
	/** A figure of `bench/results/results.json`: the report, and the name of the figure. */
	bench?: readonly [report: string, name: string];
	/** The statement is shown only if its figure is recorded. */
	optional?: true;
}

export interface Promised {
	title: string;
	statements: readonly Statement[];
}
