/** A problem that the user can fix: shown without a stack. */
export class Problem extends Error {
	override name = 'Problem';
}
