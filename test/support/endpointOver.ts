import type { ApiTransport } from '../../http/apiClient';
import { Endpoint, type EndpointDependencies } from '../../jobs/endpoint/endpoint';
import { capabilities } from '../../providers/imageSaas/capabilities';
import type {
	Capabilities,
	EndpointConfig,
	EndpointLimits,
	ProviderAdapter,
	ProviderDefinition,
} from '../../providers/provider';

interface Given extends Partial<Omit<EndpointDependencies, 'transport'>> {
	clock: EndpointDependencies['clock'];
	transport: ApiTransport;
	connect: ProviderAdapter['connect'];
	providerId?: string;
	/** Capabilities that differ from those of Image SaaS. */
	can?: Partial<Capabilities>;
	/** By default there are none. */
	limits?: Partial<EndpointLimits>;
}

/** An endpoint of a provider that a test or a benchmark writes itself. Its random numbers are 0 by default. */
export function endpointOver({
	transport,
	connect,
	providerId = 'fake',
	can,
	limits,
	...dependencies
}: Given): Endpoint {
	const config: EndpointConfig = {
		baseUrl: 'http://fake.example',
		headers: {},
		secrets: [],
		limits: { requestsPerMinute: null, jobsInFlight: null, ...limits },
		allowedHosts: [],
	};
	const adapter: ProviderAdapter = { endpoint: () => config, connect };
	const provider: ProviderDefinition = {
		id: providerId,
		displayName: 'Fake',
		credential: 'fakeApi',
		keyField: 'key',
		capabilities: { ...capabilities, ...can },
		about: { summary: 'Fake.', needs: 'server', answers: 'asJob' },
		load: async () => adapter,
	};
	return new Endpoint(provider, adapter, config, { random: () => 0, ...dependencies, transport: () => transport });
}
