import type { IDataObject } from 'n8n-workflow';
import { ImageError } from '../../model/errors';

/** A failure after a part of the answer arrived. The failed item contains that part as `details.came`. */
export class PartialAnswer extends ImageError {
	constructor(
		error: ImageError,
		readonly came: IDataObject,
	) {
		const { code, message, hint, retryable, httpStatus, retryAfterMs, delivery, outcome } = error;
		super(code, { message, hint, retryable, httpStatus, retryAfterMs, delivery, outcome, cause: error });
	}
}

/** Keeps a paid result if later work, e.g. a download, fails: the error then contains the result. */
export async function keepingAnswer<T>(came: IDataObject, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (thrown) {
		throw thrown instanceof ImageError && thrown.code !== 'canceled' ? new PartialAnswer(thrown, came) : thrown;
	}
}
