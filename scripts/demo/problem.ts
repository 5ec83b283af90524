/** Something the person at the keyboard can mend: shown as it is, without a stack. */
export class Problem extends Error {
	override name = 'Problem';
}
