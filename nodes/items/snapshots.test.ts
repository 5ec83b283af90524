import { jobError } from '../../model/errors';
import { blankJob, type JobSnapshot, type JobStatus } from '../../model/job';
import type { JobError } from '../../model/errors';
import { keepUnknownOutcome } from './snapshots';

const snapshot = (status: JobStatus, error: JobError | null = null): JobSnapshot => ({
	job: { ...blankJob('zImage'), id: '1', status, error },
	images: [],
	raw: null,
});
const unknown = jobError('network', {
	message: '1 of 2 images were accepted: reset',
	hint: 'Look',
	retryable: false,
	outcome: 'unknown',
});
const plain = jobError('upstream', { message: '1 of 2 images arrived', hint: 'Generate the missing images again' });

it('what may have been made stands until all images have come', () => {
	expect(keepUnknownOutcome(snapshot('running', unknown), snapshot('running')).job.error).toEqual(unknown);
	expect(keepUnknownOutcome(snapshot('running', unknown), snapshot('partial', plain)).job.error).toEqual({
		...unknown,
		message: '1 of 2 images arrived. 1 of 2 images were accepted: reset',
	});
	expect(keepUnknownOutcome(snapshot('running', unknown), snapshot('succeeded')).job.error).toBeNull();
});

it('all other fields are as reported by the provider', () => {
	expect(keepUnknownOutcome(snapshot('running', plain), snapshot('partial', null)).job.error).toBeNull();
	expect(keepUnknownOutcome(undefined, snapshot('partial', plain)).job.error).toEqual(plain);
	const twice = keepUnknownOutcome(snapshot('running', unknown), snapshot('partial', plain));
	expect(keepUnknownOutcome(snapshot('running', unknown), twice)).toBe(twice);
});
