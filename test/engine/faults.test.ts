import { shortSet } from '../faults/plan';
import { faultSuite } from '../faults/suite';
import { fullTable } from '../faults/table';

// The short set of `npm run test:faults`: each fault, and each provider with each verb.
jest.mock('../../http/apiClient', () =>
	jest.requireActual<typeof import('../support/impatience')>('../support/impatience').impatientClient(),
);
jest.mock('../../sandbox/shared/pictures', () =>
	jest.requireActual<typeof import('../faults/smallPictures')>('../faults/smallPictures').smallPictures(),
);

const seed = 1;
const { results } = faultSuite(shortSet(seed), seed);

it('prints the table', () => {
	process.stdout.write(`\n${fullTable(results)}\n`);
});
