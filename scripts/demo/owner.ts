import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Owner } from '../lib/n8nClient';

/** The demo's owner. The first start creates it with a random password, in a file that only this user can read. */
export function keepOwner(file: string): Owner {
	if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Owner;
	const owner: Owner = { email: 'owner@example.com', firstName: 'Demo', lastName: 'Owner', password: newPassword() };
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `${JSON.stringify(owner, null, '\t')}\n`, { mode: 0o600 });
	// Sets the mode again, for a file system that ignores it at creation.
	chmodSync(file, 0o600);
	return owner;
}

/** A random password. n8n requires a capital letter and a digit, which random characters may not contain. */
export function newPassword(): string {
	return `Img0-${randomBytes(12).toString('base64url')}`;
}
