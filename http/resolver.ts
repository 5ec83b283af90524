import { lookup as systemLookup, type LookupAddress } from 'node:dns';

/** Resolves names; `dns.lookup` by default. */
export type Resolver = (
	hostname: string,
	done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const resolveAll: Resolver = (hostname, done) => systemLookup(hostname, { all: true }, done);

/** How long this machine may take to resolve a name that the proxy resolves again, in ms. */
const resolveMs = 5_000;

/** The addresses of a name; null if this machine cannot resolve it, or not in time. */
export async function resolvedInTime(
	resolve: Resolver,
	name: string,
	signal: AbortSignal,
): Promise<LookupAddress[] | null> {
	return await new Promise((done) => {
		const end = (addresses: LookupAddress[] | null) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', giveUp);
			done(addresses);
		};
		const giveUp = () => end(null);
		const timer = setTimeout(giveUp, resolveMs);
		if (signal.aborted) return giveUp();
		signal.addEventListener('abort', giveUp);
		resolve(name, (error, addresses) => end(error || addresses.length === 0 ? null : addresses));
	});
}

/** Endings of names that never belong to a public host. */
const privateEndings = /(^|\.)(localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa)$/;

/** Whether the form of a name alone shows that it stands for no public host. */
export function isPrivateName(name: string): boolean {
	return !name.includes('.') || privateEndings.test(name);
}

/** The proxies that the environment names. */
export function proxyUrls(env: NodeJS.ProcessEnv): string[] {
	const urls = [env['HTTP_PROXY'], env['http_proxy'], env['HTTPS_PROXY'], env['https_proxy']];
	return urls.filter((url): url is string => url !== undefined && url !== '');
}
