import { capabilities } from '../../providers/imageSaas/capabilities';
import type { Capabilities, Session } from '../../providers/provider';
import { certaintyOf } from './certainty';
import type { Certainty } from './outcome';

const day = 24 * 3_600_000;
const request = { prompt: 'A cat', count: 1 };
const lookUp: Session['lookUp'] = async () => ({ found: new Map(), conclusive: true });

it.each<[Capabilities['idempotency'], string, Certainty, Pick<Session, 'lookUp' | 'canLookUp'>, number]>([
	['native', 'at once', 'native', {}, 0],
	['native', 'just before its key expires', 'native', {}, day - 1],
	['native', 'when its key has expired', 'none', {}, day],
	['native', 'when its key has expired, although there is a look-up', 'none', { lookUp }, day],
	['lookup', 'with a look-up', 'lookup', { lookUp }, 0],
	['lookup', 'with a look-up, at any age', 'lookup', { lookUp }, 100 * day],
	['lookup', 'without a look-up', 'none', {}, 0],
	['lookup', 'with a look-up of this request', 'lookup', { lookUp, canLookUp: () => true }, 0],
	['lookup', 'with a look-up of other requests only', 'none', { lookUp, canLookUp: () => false }, 0],
	['none', 'with a look-up', 'none', { lookUp }, 0],
])('a provider with "%s" settles an unknown outcome %s by: %s', (idempotency, _when, certainty, session, ageMs) => {
	const provider = { capabilities: { ...capabilities, idempotency } };
	expect(certaintyOf(provider, session, request, ageMs)).toBe(certainty);
});
