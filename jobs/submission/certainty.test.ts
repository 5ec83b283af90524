import { capabilities } from '../../providers/imageSaas/capabilities';
import type { Capabilities, Session } from '../../providers/provider';
import { certaintyOf } from './certainty';
import type { Certainty } from './outcome';

const day = 24 * 3_600_000;
const request = { prompt: 'A cat', count: 1 };
const lookUp: Session['lookUp'] = async () => ({ found: new Map(), conclusive: true });

it.each<[Capabilities['idempotency'], string, Pick<Session, 'lookUp' | 'canLookUp'>, number, Certainty]>([
	['native', 'at once', {}, 0, 'native'],
	['native', 'just before its key expires', {}, day - 1, 'native'],
	['native', 'when its key has expired', {}, day, 'none'],
	['native', 'when its key has expired, although there is a look-up', { lookUp }, day, 'none'],
	['lookup', 'with a look-up', { lookUp }, 0, 'lookup'],
	['lookup', 'with a look-up, at any age', { lookUp }, 100 * day, 'lookup'],
	['lookup', 'without a look-up', {}, 0, 'none'],
	['lookup', 'with a look-up of this request', { lookUp, canLookUp: () => true }, 0, 'lookup'],
	['lookup', 'with a look-up of other requests only', { lookUp, canLookUp: () => false }, 0, 'none'],
	['none', 'with a look-up', { lookUp }, 0, 'none'],
])('a provider with "%s" settles an unknown outcome %s by %4$s', (idempotency, _when, session, ageMs, certainty) => {
	const provider = { capabilities: { ...capabilities, idempotency } };
	expect(certaintyOf(provider, session, request, ageMs)).toBe(certainty);
});
