import { memoryInProcess } from '../../test/support/makeAt';
import { endpointDigest, refOf } from './failover';

// Saved records and workflows have these names: other names would make an update forget paid jobs.
it('the names of jobs and endpoints do not change with a version', () => {
	const memory = memoryInProcess({ date: () => new Date(0) });
	expect(refOf(memory, 'key')).toBe('rghvgyg3g6vq');
	expect(endpointDigest(memory, { identity: 'http://fake.example key' })).toBe(
		'Ud6dZipvdDod9jKz5OyPzFeYiSwKNfO1X6QTYBu0S_g',
	);
});
