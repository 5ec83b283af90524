import type { FaultKind } from '../../sandbox/shared/faults';

/** The fault of the paid request. */
export interface MatrixFault {
	/** As in a row of docs/money-matrix.md. */
	title: string;
	kind: FaultKind;
	/**
	 * What the request does at the provider: a job is made, no job is made, or the provider itself answers that it does
	 * not accept the request.
	 */
	effect: 'made' | 'notMade' | 'notAccepted';
	/** The client's time-out is short, because no answer arrives. */
	hangs?: boolean;
	/** Another client's older job of the same prompt keeps the only worker busy. */
	older?: boolean;
	/** Delay of the request, ms. */
	delayMs?: number;
}

export const faults: readonly MatrixFault[] = [
	{ title: 'The answer is slow', kind: 'slow', effect: 'made', delayMs: 1_000 },
	{ title: 'Connection reset before the request was read', kind: 'reset', effect: 'notMade' },
	{ title: 'Connection reset in the middle of the request', kind: 'resetMidBody', effect: 'notMade' },
	{ title: 'Connection reset after the job was accepted', kind: 'resetAfterAccept', effect: 'made' },
	{ title: 'No answer, job not accepted', kind: 'hang', effect: 'notMade', hangs: true },
	{ title: 'No answer, job accepted', kind: 'hangAfterAccept', effect: 'made', hangs: true },
	{ title: '500, job not accepted', kind: '500', effect: 'notMade' },
	{ title: '500, job accepted', kind: '500AfterAccept', effect: 'made' },
	{ title: '502, job not accepted', kind: '502', effect: 'notMade' },
	{ title: '502, job accepted', kind: '502AfterAccept', effect: 'made' },
	{ title: '503 from the provider', kind: '503', effect: 'notAccepted' },
	{ title: '503 from a gateway, job accepted', kind: '503AfterAccept', effect: 'made' },
	{ title: '504, job accepted', kind: '504AfterAccept', effect: 'made' },
	{ title: '429 from the provider', kind: '429', effect: 'notAccepted' },
	{ title: 'Answer cut off halfway', kind: 'truncated', effect: 'made' },
	{ title: '200 with garbage', kind: 'malformed', effect: 'made' },
	{ title: '200 with other JSON', kind: 'wrongShape', effect: 'made' },
	{ title: '200 with an empty body', kind: 'empty', effect: 'made' },
	{
		title: 'Connection reset after the job was accepted, behind an older job',
		kind: 'resetAfterAccept',
		effect: 'made',
		older: true,
	},
	{
		title: 'Connection reset before the request was read, behind an older job',
		kind: 'reset',
		effect: 'notMade',
		older: true,
	},
];
