import { generateKeyPairSync, sign } from 'node:crypto';

/** One value in DER: its tag, its length and its bytes. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const body = Buffer.concat(parts);
	const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
	return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

/** A certificate for a host name that signs itself, valid from 2020 to 2049, with its key; both as PEM. */
export function certificateFor(host: string): { cert: string; key: string } {
	const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(host)))));
	const days = ['200101000000Z', '491231235959Z'].map((time) => der(0x17, Buffer.from(time)));
	// Extensions: the host name, and that it may sign certificates.
	const names = sequence(oid('551d11'), der(0x04, sequence(der(0x82, Buffer.from(host)))));
	const authority = sequence(oid('551d13'), der(0x04, sequence(der(0x01, Buffer.from([255])))));
	const content = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.from([1])),
		ecdsaWithSha256,
		name,
		sequence(...days),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
		der(0xa3, sequence(names, authority)),
	);
	const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
	const base64 = sequence(content, ecdsaWithSha256, signature).toString('base64');
	return {
		cert: `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`,
		key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
	};
}
