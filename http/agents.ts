import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface AgentPair {
	httpAgent: HttpAgent;
	httpsAgent: HttpsAgent;
}

/** An idle connection is closed after this time, in ms, if the server does not close it: a host may be used once. */
const idleMs = 30_000;

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
		timeout: idleMs,
		proxyEnv: process.env,
		...options,
	};
	return { httpAgent: new HttpAgent(common), httpsAgent: new HttpsAgent(common) };
}

/** Whether a request of an agent is under way or waits for a connection. */
export function isBusy({ httpAgent, httpsAgent }: AgentPair): boolean {
	return [httpAgent, httpsAgent].some(({ sockets, requests }) => hasAny(sockets) || hasAny(requests));
}

/** Closes the connections of agents that are not used any more. */
export function closeAgents({ httpAgent, httpsAgent }: AgentPair): void {
	httpAgent.destroy();
	httpsAgent.destroy();
}

const hasAny = (lists: NodeJS.ReadOnlyDict<unknown[]>) => Object.keys(lists).length > 0;
