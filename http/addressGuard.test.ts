import fc from 'fast-check';
import { type AddressPolicy, createAddressGuard, type Resolver } from './addressGuard';
import { recordFigure } from '../test/support/figures';

const open: AddressPolicy = { allowedHosts: [], allowedRanges: [], blockedHosts: [], blockedRanges: [] };
const names =
	(...addresses: string[]): Resolver =>
	(_name, done) =>
		done(
			null,
			addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
		);
const look = (resolver: Resolver, policy: Partial<AddressPolicy> = {}, name = 'pictures.example', env = {}) =>
	new Promise<string>((resolve, reject) => {
		createAddressGuard({ ...open, ...policy }, resolver, env).lookup(name, {}, (error, address) =>
			error ? reject(error) : resolve(typeof address === 'string' ? address : ''),
		);
	});
const check =
	(url: string, policy: Partial<AddressPolicy> = {}) =>
	() =>
		createAddressGuard({ ...open, ...policy }).checkUrl(new URL(url));

const forbidden = [
	'127.0.0.1',
	'127.8.9.10',
	'10.0.0.1',
	'172.16.0.1',
	'192.168.1.1',
	'169.254.169.254',
	'100.64.0.1',
	'0.0.0.0',
	'224.0.0.1',
	'255.255.255.255',
	'192.0.2.1',
	'198.18.0.1',
	'::1',
	'::',
	'fe80::1',
	'fc00::1',
	'fd12:3456::1',
	'ff02::1',
	'2001:db8::1',
	'::ffff:127.0.0.1',
	'::ffff:10.0.0.1',
	'::7f00:1',
	'4000::1',
	'64:ff9b::7f00:1',
	'2002:7f00:1::',
];

it.each(forbidden)('%s is blocked as an address and as the address of a name', async (address) => {
	expect(check(`http://${address.includes(':') ? `[${address}]` : address}/a.png`)).toThrow(/not allowed/);
	await expect(look(names(address))).rejects.toThrow(/not public/);
});

it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is public', async (address) => {
	expect(check(`http://${address.includes(':') ? `[${address}]` : address}/a.png`)).not.toThrow();
	await expect(look(names(address))).resolves.toBe(address);
});

it.each(['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/', 'http://[::ffff:7f00:1]/'])(
	'%s is seen through',
	(url) => {
		expect(check(url)).toThrow(/not allowed/);
	},
);

it.each(['ftp://example.com/a.png', 'file:///etc/passwd', 'data:image/png;base64,AAAA'])(
	'%s is blocked because of its scheme',
	(url) => {
		expect(check(url)).toThrow(/only http and https/);
	},
);

it('a URL with a password is blocked', () => {
	expect(check('http://user:secret@example.com/')).toThrow(/user name or password/);
});

it('one bad address among good ones is enough', async () => {
	await expect(look(names('93.184.216.34', '127.0.0.1'))).rejects.toMatchObject({ code: 'invalidRequest' });
});

it('the address that was checked is the one that is given to the socket', async () => {
	let asked = 0;
	const rebinding: Resolver = (_name, done) =>
		done(null, [{ address: asked++ === 0 ? '93.184.216.34' : '127.0.0.1', family: 4 }]);
	await expect(look(rebinding)).resolves.toBe('93.184.216.34');
	expect(asked).toBe(1);
});

it('a host that is named may lie anywhere, with its port only where one is named', async () => {
	expect(check('http://127.0.0.1:3001/a.png', { allowedHosts: ['127.0.0.1'] })).not.toThrow();
	expect(check('http://127.0.0.1:9000/a.png', { allowedHosts: ['127.0.0.1:9000'] })).not.toThrow();
	expect(check('http://127.0.0.1:5678/a.png', { allowedHosts: ['127.0.0.1:9000'] })).toThrow(/not allowed/);
	expect(check('http://minio:5678/a.png', { allowedHosts: ['minio:9000'] })).toThrow(/port/);
	await expect(look(names('10.1.2.3'), { allowedHosts: ['minio:9000'] }, 'minio')).resolves.toBe('10.1.2.3');
});

it('a range that is allowed opens what lies in it and nothing else', () => {
	expect(check('http://10.1.2.3/', { allowedRanges: ['10.1.0.0/16'] })).not.toThrow();
	expect(check('http://10.2.2.3/', { allowedRanges: ['10.1.0.0/16'] })).toThrow(/not allowed/);
});

it('what is blocked stays blocked, public or not', async () => {
	expect(check('http://evil.example/', { blockedHosts: ['evil.example'] })).toThrow(/blocked/);
	await expect(look(names('93.184.216.34'), { blockedRanges: ['93.184.0.0/16'] })).rejects.toThrow(/not public/);
});

it('a proxy of the environment is reached wherever it lies', async () => {
	await expect(look(names('10.0.0.9'), {}, 'proxy.local', { HTTPS_PROXY: 'http://proxy.local:3128' })).resolves.toBe(
		'10.0.0.9',
	);
});

/** Every special range of the registries, IPv4 as [base, bits]. */
const special: Array<[string, number]> = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];
const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (number: number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
const inRange = fc
	.tuple(fc.constantFrom(...special), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
	.map(([[base, bits], at]) => toNumber(base) + Math.floor(at * 2 ** (32 - bits)));

it('no address of a special range is reached, in whatever form it is written', () => {
	let refused = 0;
	fc.assert(
		fc.property(inRange, (number) => {
			const address = toAddress(number);
			const [a = '', b = '', c = '', d = ''] = address.split('.');
			const hex = (part: string) => Number(part).toString(16);
			const twoDigits = (part: string) => hex(part).padStart(2, '0');
			const forms = [
				address,
				String(number),
				`0x${number.toString(16)}`,
				`0${number.toString(8)}`,
				`0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`,
				`${a}.${Number(b) * 65_536 + Number(c) * 256 + Number(d)}`,
				`[::ffff:${address}]`,
				`[64:ff9b::${address}]`,
				`[2002:${[a, b].map(twoDigits).join('')}:${[c, d].map(twoDigits).join('')}::1]`,
				`${address}.`,
			];
			for (const host of forms) expect(check(`http://${host}/a.png`)).toThrow(/not allowed/);
			refused += forms.length;
		}),
		{ numRuns: 300 },
	);
	recordFigure('addresses.refused', `${refused} of ${refused} refused`);
});

it('every address outside of them is', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (number) => {
			// 192.88.99.0/24 and the two ranges of AS112 are special too, and no host uses them.
			fc.pre(
				![
					...special,
					['192.88.99.0', 24],
					['192.31.196.0', 24],
					['192.52.193.0', 24],
					['192.175.48.0', 24],
				].some(
					([base, bits]) =>
						Math.floor(number / 2 ** (32 - Number(bits))) ===
						Math.floor(toNumber(String(base)) / 2 ** (32 - Number(bits))),
				),
			);
			expect(check(`http://${toAddress(number)}/`)).not.toThrow();
		}),
	);
});

const lookAll = (addresses: string[], policy: Partial<AddressPolicy> = {}) =>
	new Promise((resolve, reject) => {
		createAddressGuard({ ...open, ...policy }, names(...addresses)).lookup(
			'pictures.example',
			{ all: true },
			(error, found) => (error ? reject(error) : resolve(found)),
		);
	});

it('a socket that wants all addresses gets all that were checked, or none', async () => {
	await expect(lookAll(['93.184.216.34', '2606:2800:220:1::1'])).resolves.toEqual([
		{ address: '93.184.216.34', family: 4 },
		{ address: '2606:2800:220:1::1', family: 6 },
	]);
	await expect(lookAll(['93.184.216.34', '::ffff:10.0.0.1'])).rejects.toThrow(/not public/);
});

it('a name without an address, and one that cannot be resolved, are errors', async () => {
	await expect(look(names())).rejects.toThrow(/no address/);
	const failing: Resolver = (_name, done) =>
		done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
	await expect(look(failing)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

it.each([
	['a user name alone', 'http://user@example.com/'],
	['a password alone', 'http://:secret@example.com/'],
])('%s in a URL is blocked', (_what, url) => {
	expect(check(url)).toThrow(/user name or password/);
});

it('a host is allowed at the port its scheme stands for', () => {
	expect(check('https://files.local/a', { allowedHosts: ['files.local:443'] })).not.toThrow();
	expect(check('http://files.local/a', { allowedHosts: ['files.local:80'] })).not.toThrow();
	expect(check('http://files.local/a', { allowedHosts: ['files.local:443'] })).toThrow(/port/);
});

it.each([['::1'], ['[::1]'], ['[::1]:9000'], ['[0:0:0:0:0:0:0:1]:9000']])(
	'an IPv6 address may be named as %s',
	(host) => {
		expect(check('http://[::1]:9000/a', { allowedHosts: [host] })).not.toThrow();
		expect(check('http://[::2]:9000/a', { allowedHosts: [host] })).toThrow(/not allowed/);
	},
);

it('single addresses count as ranges of one, of either kind', () => {
	expect(check('http://10.1.2.3/', { allowedRanges: ['10.1.2.3'] })).not.toThrow();
	expect(check('http://10.1.2.4/', { allowedRanges: ['10.1.2.3'] })).toThrow(/not allowed/);
	expect(check('http://[fd00::1]/', { allowedRanges: ['fd00::1'] })).not.toThrow();
	expect(check('http://[fd00::2]/', { allowedRanges: ['fd00::1', '10.0.0.0/8'] })).toThrow(/not allowed/);
	expect(check('http://[::ffff:10.1.2.3]/', { allowedRanges: ['10.1.2.3'] })).not.toThrow();
});

it('upper case and a closing dot open no way round a block', () => {
	expect(check('http://EVIL.example./', { blockedHosts: ['Evil.example'] })).toThrow(/blocked/);
	expect(check('http://127.0.0.1:80/', { allowedHosts: ['127.0.0.1'], blockedHosts: ['127.0.0.1'] })).toThrow(
		/blocked/,
	);
});

it("a star stands for any name below, as in n8n's own lists, and for nothing beside", async () => {
	for (const name of ['a.corp.example', 'A.B.corp.example.']) {
		expect(check(`http://${name}/`, { blockedHosts: ['*.corp.example'] })).toThrow(/blocked/);
		await expect(look(names('10.0.0.1'), { allowedHosts: ['*.corp.example'] }, name)).resolves.toBe('10.0.0.1');
	}
	for (const name of ['corp.example', 'notcorp.example', 'a.corp.example.evil.example']) {
		expect(check(`http://${name}/`, { blockedHosts: ['*.corp.example'] })).not.toThrow();
		await expect(look(names('10.0.0.1'), { allowedHosts: ['*.corp.example'] }, name)).rejects.toThrow(/not public/);
	}
	expect(check('http://a.corp.example:9000/', { allowedHosts: ['*.corp.example:9000'] })).not.toThrow();
	expect(check('http://a.corp.example:9001/', { allowedHosts: ['*.corp.example:9000'] })).toThrow(/port/);
});

it('an origin is trusted with its scheme and port, and other ports of its host are treated like any host', async () => {
	const policy = { trustedOrigins: ['http://127.0.0.1:3001', 'http://backend:3001', 'https://api.example'] };
	expect(check('http://127.0.0.1:3001/a.png', policy)).not.toThrow();
	expect(check('http://127.0.0.1:5678/a.png', policy)).toThrow(/127\.0\.0\.1:5678 are not allowed/);
	expect(check('https://127.0.0.1:3001/a.png', policy)).toThrow(/not allowed/);
	expect(check('http://backend:5678/a.png', policy)).not.toThrow();
	expect(check('http://backend:3001/a.png', { ...policy, blockedHosts: ['backend'] })).toThrow(/blocked/);
	await expect(look(names('10.0.0.1'), policy, 'backend')).rejects.toThrow(/not public/);
	await expect(look(names('93.184.216.34'), policy, 'api.example')).resolves.toBe('93.184.216.34');
	const guard = createAddressGuard({ ...open, ...policy }, names('10.0.0.1'), {});
	expect(guard.isTrusted(new URL('http://backend:3001/a.png'))).toBe(true);
	expect(guard.isTrusted(new URL('http://backend:5678/a.png'))).toBe(false);
});

describe('behind a proxy, which resolves the names itself', () => {
	const proxied = { HTTP_PROXY: 'http://proxy.local:3128' };
	const unknown: Resolver = (_name, done) =>
		done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
	const behind = async (url: string, resolver: Resolver, policy: Partial<AddressPolicy> = {}, env = proxied) =>
		await createAddressGuard({ ...open, ...policy }, resolver, env).checkBehindProxy(
			new URL(url),
			new AbortController().signal,
		);

	it.each(['10.0.0.1', '127.0.0.1', '169.254.169.254', '::1'])('a name of %s is refused', async (address) => {
		await expect(behind('http://pictures.example/', names('93.184.216.34', address))).rejects.toThrow(/not public/);
	});

	it.each(['minio', 'localhost', 'a.localhost', 'db.internal', 'nas.local', 'printer.home.arpa', 'NAS.Local.'])(
		'the name %s is refused if only the proxy knows it',
		async (name) => {
			await expect(behind(`http://${name}/`, unknown)).rejects.toThrow(/not a public name/);
		},
	);

	it('a public name passes, known here or not, and so does a silent DNS of a stopped call', async () => {
		await expect(behind('http://pictures.example/', names('93.184.216.34'))).resolves.toBeUndefined();
		await expect(behind('http://pictures.example/', unknown)).resolves.toBeUndefined();
		const guard = createAddressGuard(open, () => undefined, proxied);
		const stopped = guard.checkBehindProxy(new URL('http://pictures.example/'), AbortSignal.abort());
		await expect(stopped).resolves.toBeUndefined();
	});

	it('what is named, or trusted, passes wherever it lies', async () => {
		await expect(
			behind('http://minio:9000/', names('10.0.0.1'), { allowedHosts: ['minio:9000'] }),
		).resolves.toBeUndefined();
		await expect(
			behind('http://backend:3001/', names('10.0.0.1'), { trustedOrigins: ['http://backend:3001'] }),
		).resolves.toBeUndefined();
		await expect(
			behind('http://nas/', names('10.1.0.1'), { allowedRanges: ['10.1.0.0/16'] }),
		).resolves.toBeUndefined();
	});

	it('the proxy itself is no host to download from', async () => {
		await expect(behind('http://proxy.local:9000/', names('10.0.0.9'))).rejects.toThrow(/not public/);
	});
});
