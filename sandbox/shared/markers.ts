/** How a result file can be invalid. */
export type InvalidImage = 'bad-image' | 'truncated-image' | 'empty-image' | 'missing-image' | 'blank';

/** The result of a job as the markers in its prompt define it. */
export interface PlannedOutcome {
	/** The error code of its failure; null: it succeeds. */
	fail: string | null;
	/** Number of times that it is RETRYING before its end. */
	retries: number;
	/** Its duration; null: as in the settings. */
	durationMs: number | null;
	/** Time in the state QUEUED (Infinity: it never leaves it); null: as in the settings. */
	queueMs: number | null;
	/** It starts to run but never ends. */
	hangs: boolean;
	/** The model rejects the prompt, with the backend's own answer. */
	rejectsContent: boolean;
	/** Number of its pictures that are made; null: all. */
	partial: number | null;
	/** How the result file with this number (from 1) is invalid; null if it is valid. */
	invalidImage(index: number): InvalidImage | null;
}

/** All markers. A picture's caption shows the prompt without them. */
const names = 'fail|retry|slow|queue|hang|refuse|partial|blank|bad-image|truncated-image|empty-image|missing-image';
const MARKER = new RegExp(`\\[(?:${names})(?::[^\\]]*)?\\]`, 'g');

/** Reads the markers of a prompt; a misspelt marker is plain text. */
export function plannedOutcomeOf(prompt: string): PlannedOutcome {
	return {
		fail: /\[fail:([A-Z][A-Z0-9_]*)\]/.exec(prompt)?.[1] ?? null,
		retries: numberAfter(prompt, 'retry') ?? 0,
		durationMs: numberAfter(prompt, 'slow'),
		queueMs: prompt.includes('[queue]') ? Infinity : numberAfter(prompt, 'queue'),
		hangs: prompt.includes('[hang]'),
		rejectsContent: /\[refuse(?::[^\]]*)?\]/.test(prompt),
		partial: numberAfter(prompt, 'partial'),
		invalidImage(index) {
			for (const [, kind, only] of prompt.matchAll(
				/\[(bad-image|truncated-image|empty-image|missing-image|blank)(?::(\d+))?\]/g,
			)) {
				if (only === undefined || Number(only) === index) return kind as InvalidImage;
			}
			return null;
		},
	};
}

/** The prompt without its markers. */
export function withoutMarkers(prompt: string): string {
	return prompt.replace(MARKER, '').replace(/\s+/g, ' ').trim();
}

function numberAfter(prompt: string, marker: string): number | null {
	const digits = new RegExp(`\\[${marker}:(\\d+)\\]`).exec(prompt)?.[1];
	return digits === undefined ? null : Number(digits);
}
