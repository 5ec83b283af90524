import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface AgentPair {
	httpAgent: HttpAgent;
	httpsAgent: HttpsAgent;
}

/**
 * A pair of keep-alive agents. Node keeps one pool per origin within an agent and, with `proxyEnv`, honours
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY (Node ≥ 22.21), which axios itself cannot do with shared agents.
 * @param maxSockets connections per origin at the most
 */
export function keepAliveAgents(maxSockets: number, options: AgentOptions = {}): AgentPair {
	const common = {
		keepAlive: true,
		maxSockets,
		maxFreeSockets: maxSockets,
		scheduling: 'lifo' as const,
		proxyEnv: process.env,
		...options,
	};
	return { httpAgent: new HttpAgent(common), httpsAgent: new HttpsAgent(common) };
}
