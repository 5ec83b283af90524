/** What the work throws; null if it succeeds. */
export const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
	await work.then(
		() => null,
		(thrown: unknown) => thrown,
	);
