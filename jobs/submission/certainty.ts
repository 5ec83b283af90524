import type { ImageRequest } from '../../model/request';
import type { ProviderDefinition, Session } from '../../providers/provider';
import type { Certainty } from './outcome';

/**
 * How long after the first request the provider's own key may be repeated, in ms, unless the provider documents another
 * time.
 */
const keyLifeMs = 24 * 3_600_000;

/**
 * How an unknown outcome of this request can be settled: by the provider's features, if they apply to the request and
 * its time limit has not passed.
 */
export function certaintyOf(
	provider: Pick<ProviderDefinition, 'capabilities'>,
	session: Pick<Session, 'lookUp' | 'canLookUp'>,
	request: ImageRequest,
	ageMs: number,
): Certainty {
	const { idempotency } = provider.capabilities;
	if (idempotency === 'native') return ageMs < keyLifeMs ? 'native' : 'none';
	if (idempotency === 'lookup')
		return session.lookUp !== undefined && (session.canLookUp?.(request) ?? true) ? 'lookup' : 'none';
	return 'none';
}
