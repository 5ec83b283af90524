import { type AddressPolicy, createAddressGuard, type Resolver } from './addressGuard';

const open: AddressPolicy = { allowedHosts: [], allowedRanges: [], blockedHosts: [], blockedRanges: [] };
const names = (...addresses: string[]): Resolver => (_name, done) => done(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
const look = (resolver: Resolver, policy: Partial<AddressPolicy> = {}, name = 'pictures.example', env = {}) =>
	new Promise<string>((resolve, reject) => {
		createAddressGuard({ ...open, ...policy }, resolver, env).lookup(name, {}, (error, address) => (error ? reject(error) : resolve(typeof address === 'string' ? address : '')));
	});
const check = (url: string, policy: Partial<AddressPolicy> = {}) => () => createAddressGuard({ ...open, ...policy }).checkUrl(new URL(url));

const forbidden = ['127.0.0.1', '127.8.9.10', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '192.0.2.1', '198.18.0.1', '::1', '::', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'];

it.each(forbidden)('%s is refused as an address and as what a name leads to', async (address) => {
	expect(check(`http://${address.includes(':') ? `[${address}]` : address}/a.png`)).toThrow(/refused/);
	await expect(look(names(address))).rejects.toThrow(/not public/);
});

it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is public', async (address) => {
	expect(check(`http://${address.includes(':') ? `[${address}]` : address}/a.png`)).not.toThrow();
	await expect(look(names(address))).resolves.toBe(address);
});

it.each(['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/', 'http://[::ffff:7f00:1]/'])('%s is seen through', (url) => {
	expect(check(url)).toThrow(/refused/);
});

it.each(['ftp://example.com/a.png', 'file:///etc/passwd', 'data:image/png;base64,AAAA'])('%s is refused for its scheme', (url) => {
	expect(check(url)).toThrow(/only http and https/);
});

it('a URL with a password in it is refused', () => {
	expect(check('http://user:secret@example.com/')).toThrow(/user name or password/);
});

it('one bad address among good ones is enough', async () => {
	await expect(look(names('93.184.216.34', '127.0.0.1'))).rejects.toMatchObject({ code: 'invalidRequest' });
});

it('the address that was checked is the one that is given to the socket', async () => {
	let asked = 0;
	const rebinding: Resolver = (_name, done) => done(null, [{ address: asked++ === 0 ? '93.184.216.34' : '127.0.0.1', family: 4 }]);
	await expect(look(rebinding)).resolves.toBe('93.184.216.34');
	expect(asked).toBe(1);
});

it('a host that is named may lie anywhere, with its port only where one is named', async () => {
	expect(check('http://127.0.0.1:3001/a.png', { allowedHosts: ['127.0.0.1'] })).not.toThrow();
	expect(check('http://127.0.0.1:9000/a.png', { allowedHosts: ['127.0.0.1:9000'] })).not.toThrow();
	expect(check('http://127.0.0.1:5678/a.png', { allowedHosts: ['127.0.0.1:9000'] })).toThrow(/refused/);
	expect(check('http://minio:5678/a.png', { allowedHosts: ['minio:9000'] })).toThrow(/port/);
	await expect(look(names('10.1.2.3'), { allowedHosts: ['minio:9000'] }, 'minio')).resolves.toBe('10.1.2.3');
});

it('a range that is allowed opens what lies in it and nothing else', () => {
	expect(check('http://10.1.2.3/', { allowedRanges: ['10.1.0.0/16'] })).not.toThrow();
	expect(check('http://10.2.2.3/', { allowedRanges: ['10.1.0.0/16'] })).toThrow(/refused/);
});

it('what is blocked stays blocked, public or not', async () => {
	expect(check('http://evil.example/', { blockedHosts: ['evil.example'] })).toThrow(/blocked/);
	await expect(look(names('93.184.216.34'), { blockedRanges: ['93.184.0.0/16'] })).rejects.toThrow(/not public/);
});

it('a proxy of the environment is reached wherever it lies', async () => {
	await expect(look(names('10.0.0.9'), {}, 'proxy.local', { HTTPS_PROXY: 'http://proxy.local:3128' })).resolves.toBe('10.0.0.9');
});
