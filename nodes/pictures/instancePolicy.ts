import type { AddressPolicy } from '../../http/addressGuard';

/**
 * The operator's own word on addresses: the lists of n8n's SSRF protection, which guards only n8n's own request
 * helpers. `default` among the blocked ranges stands for n8n's list of private ranges; ours refuses those anyway.
 */
export function instancePolicy(env: NodeJS.ProcessEnv = process.env): AddressPolicy {
	const list = (name: string) =>
		(env[name] ?? '')
			.split(',')
			.map((entry) => entry.trim().toLowerCase())
			.filter((entry) => entry !== '' && entry !== 'default');
	return {
		allowedHosts: list('N8N_SSRF_ALLOWED_HOSTNAMES'),
		allowedRanges: list('N8N_SSRF_ALLOWED_IP_RANGES'),
		blockedHosts: list('N8N_SSRF_BLOCKED_HOSTNAMES'),
		blockedRanges: list('N8N_SSRF_BLOCKED_IP_RANGES'),
	};
}
