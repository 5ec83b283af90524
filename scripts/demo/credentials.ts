import type { N8nClient } from '../lib/n8nClient';
import type { CredentialReference } from '../lib/workflow';
import type { SandboxCredential } from './bundled';
import type { SandboxProcess } from './sandbox';
import { accounts } from './sandboxSeeds';
import type { Account } from './tour';

/** Saves a credential for each sandbox, and one for each further account of Image SaaS. */
export async function saveCredentials(client: N8nClient, sandbox: SandboxProcess): Promise<SandboxCredential[]> {
	const credentials: SandboxCredential[] = [];
	for (const { backend, url } of sandbox.all) {
		const { type, fields } = backend.credential;
		const save = async (name: string, more: Record<string, unknown> = {}) =>
			await client.saveCredential({ name, type, data: { ...fields(url), ...more } });
		const reference = await save(`${backend.displayName} (sandbox)`);
		if (backend.id !== 'imageSaas') {
			credentials.push({ type, reference });
			continue;
		}
		credentials.push({ type, reference, account: 'usual' });
		for (const [account, { apiKey, credentialName }] of Object.entries(accounts))
			credentials.push({
				type,
				reference: await save(credentialName, { apiKey }),
				account: account as Account,
			});
	}
	return credentials;
}

/** The usual credential of a type. */
export function credentialOf(credentials: readonly SandboxCredential[], type: string): CredentialReference {
	const found = credentials.find((one) => one.type === type && (one.account ?? 'usual') === 'usual');
	if (!found) throw new Error(`There is no credential of the type ${type}`);
	return found.reference;
}
