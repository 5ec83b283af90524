import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ImageError } from '../model/errors';
import { isPrivateName, proxyUrls, resolveAll, resolvedInTime, type Resolver } from './resolver';

export type { Resolver } from './resolver';

/**
 * Which addresses a download may reach besides the public internet. Hosts are names or addresses, with or without a
 * port; `*.` stands for any subdomain.
 */
export interface AddressPolicy {
	/** Scheme, host and port together, as in `URL.origin`. No other port or scheme of the host is trusted. */
	trustedOrigins?: readonly string[];
	allowedHosts: readonly string[];
	/** CIDR ranges, e.g. `10.1.0.0/16`. */
	allowedRanges: readonly string[];
	blockedHosts: readonly string[];
	blockedRanges: readonly string[];
}

export interface AddressGuard {
	/** Checks a URL before the request: its scheme, that it has no credentials, and its host if that is an address. */
	checkUrl(url: URL): void;
	/** Whether the policy trusts the origin of the URL. Only its connections may use `trustedLookup`. */
	isTrusted(url: URL): boolean;
	/**
	 * If the environment names a proxy: checks the addresses of the URL's name, because the proxy resolves the name
	 * and no socket here does. A name that only the proxy can resolve is judged by its form.
	 */
	checkBehindProxy(url: URL, signal: AbortSignal): Promise<void>;
	/**
	 * Resolves a name, and fails if any of its addresses is forbidden. The socket itself calls it, so the checked
	 * address is the connected one.
	 */
	lookup: LookupFunction;
	/** Resolves a name without a check of its addresses. */
	trustedLookup: LookupFunction;
}

/**
 * Blocks loopback, link-local, private, metadata and every other address that is not public, unless the policy names
 * its host or range. Proxies of the environment are allowed, because they belong to the operator.
 */
export function createAddressGuard(
	policy: AddressPolicy,
	resolve: Resolver = resolveAll,
	env: NodeJS.ProcessEnv = process.env,
): AddressGuard {
	const trustedOrigins = new Set(policy.trustedOrigins);
	const allowed = new Set(policy.allowedHosts.map(plainEntry));
	const blocked = new Set(policy.blockedHosts.map(plainEntry));
	const allowedRanges = policy.allowedRanges.map(toRange);
	const blockedRanges = policy.blockedRanges.map(toRange);
	const proxyList = proxyUrls(env);
	const proxies = new Set(
		proxyList.filter((url) => URL.canParse(url)).map((url) => plainHost(new URL(url).hostname)),
	);

	const hostAllowed = (hostname: string, port?: string) =>
		onList(allowed, hostname) ||
		(port !== undefined && onList(allowed, isIP(hostname) === 6 ? `[${hostname}]:${port}` : `${hostname}:${port}`));
	// `lookup` gets a name without its port; `checkUrl` has checked the port.
	const named = new Set([...allowed].map((host) => (ipaddr.isValid(host) ? host : host.replace(/:\d+$/, ''))));

	function mayReach(address: string): boolean {
		const parsed = ipaddr.process(address);
		if (blockedRanges.some((range) => within(parsed, range))) return false;
		return isPublic(parsed) || allowedRanges.some((range) => within(parsed, range));
	}

	const isAnyPrivate = (addresses: readonly LookupAddress[]) => addresses.some(({ address }) => !mayReach(address));
	const lookupIf =
		(isForbidden: (name: string, addresses: readonly LookupAddress[]) => boolean): LookupFunction =>
		(hostname, options, callback) => {
			resolve(hostname, (error, addresses) => {
				if (error) return callback(error, '', 0);
				if (isForbidden(plainHost(hostname), addresses))
					return callback(blockedError(hostname, notPublicName), '', 0);
				const [first] = addresses;
				if (options.all) callback(null, addresses);
				else if (first) callback(null, first.address, first.family);
				else callback(blockedError(hostname, 'it has no address'), '', 0);
			});
		};

	return {
		checkUrl(url) {
			if (url.protocol !== 'http:' && url.protocol !== 'https:')
				throw blockedError(url.host || url.protocol, 'only http and https are supported');
			if (url.username !== '' || url.password !== '')
				throw blockedError(url.host, 'the URL contains a user name or password');
			const hostname = plainHost(url.hostname);
			if (onList(blocked, hostname)) throw blockedError(hostname, 'it is on the list of blocked hosts');
			if (trustedOrigins.has(url.origin)) return;
			const port = url.port || (url.protocol === 'https:' ? '443' : '80');
			if (hostAllowed(hostname, port)) return;
			if (isIP(hostname) !== 0 && !mayReach(hostname)) throw blockedError(url.host, 'it is not a public address');
			if (onList(named, hostname)) throw blockedError(url.host, 'this port is not allowed');
		},
		isTrusted: (url) => trustedOrigins.has(url.origin),
		async checkBehindProxy(url, signal) {
			const name = plainHost(url.hostname);
			if (proxyList.length === 0 || isIP(name) !== 0 || trustedOrigins.has(url.origin) || onList(named, name))
				return;
			const addresses = await resolvedInTime(resolve, name, signal);
			const isForbidden = addresses === null ? isPrivateName(name) : isAnyPrivate(addresses);
			if (isForbidden)
				throw blockedError(url.host, addresses === null ? 'its name is not a public name' : notPublicName);
		},
		lookup: lookupIf((name, addresses) => !onList(named, name) && !proxies.has(name) && isAnyPrivate(addresses)),
		trustedLookup: lookupIf(() => false),
	};
}

const notPublicName = 'it resolves to an address that is not public';

/** The only public range of IPv6. Outside it lie forms such as `::127.0.0.1`, which stand for an IPv4 address. */
const publicIpv6: Range = ipaddr.parseCIDR('2000::/3');

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
	return address.range() === 'unicast' && (address.kind() === 'ipv4' || within(address, publicIpv6));
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

function toRange(cidr: string): Range {
	return cidr.includes('/')
		? ipaddr.parseCIDR(cidr)
		: [ipaddr.parse(cidr), ipaddr.parse(cidr).kind() === 'ipv4' ? 32 : 128];
}

function within(address: ipaddr.IPv4 | ipaddr.IPv6, [base, bits]: Range): boolean {
	return address.kind() === base.kind() && address.match(base, bits);
}

/** Lower case, without the brackets of an IPv6 address or a closing dot. */
function plainHost(hostname: string): string {
	return hostname
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '')
		.toLowerCase();
}

/** Whether a list names a host, directly or by `*.` as n8n's own lists do. */
function onList(list: ReadonlySet<string>, host: string): boolean {
	return (
		list.has(host) ||
		[...list].some(
			(entry) => entry.startsWith('*.') && host.length >= entry.length && host.endsWith(entry.slice(1)),
		)
	);
}

/**
 * A host of a list in the form that `checkUrl` compares: an IPv6 address in its short form, in brackets only if a port
 * follows.
 */
function plainEntry(entry: string): string {
	const host = entry.toLowerCase();
	const [, address = host, port = ''] = /^\[(.+)\](:\d+)?$/.exec(host) ?? [];
	if (!ipaddr.IPv6.isValid(address)) return host;
	const short = ipaddr.parse(address).toString();
	return port === '' ? short : `[${short}]${port}`;
}

function blockedError(host: string, reason: string): ImageError {
	return new ImageError('invalidRequest', {
		message: `Downloads from ${host} are not allowed: ${reason}`,
		hint: 'If this is your own host, add it with its port to "Allowed Download Hosts" in the credential',
		delivery: 'notSent',
	});
}
