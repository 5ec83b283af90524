import type { BudgetLimit } from '../../memory/memory';
import type { Claimant, Cost, RecordedEndpoint } from '../../memory/record';
import { ImageError } from '../../model/errors';

/** The record of a job, if one is made. */
export interface Claim {
	claimant: Claimant;
	ref: string;
	/** The key for the provider. */
	wireKey: string;
	/** Keyed hash of all that decides the image, the provider included. */
	request: string;
	model: string | null;
	endpoint: RecordedEndpoint;
	cost: Cost;
	limits: readonly BudgetLimit[];
}

/** Another run has begun a job under the same key in the meantime. */
export class AlreadyBegun extends ImageError {
	constructor() {
		super('conflict', {
			message: 'Another run is making the job of this item',
			delivery: 'notSent',
			outcome: 'notAccepted',
		});
	}
}
