import type { ICredentialDataDecryptedObject, ICredentialType, INodeProperties } from 'n8n-workflow';
import { LoggerProxy } from 'n8n-workflow';
import { n8n as listed } from '../../package.json';
import { SecretScan } from '../support/secretScan';

/** What the runs of one test file leave behind; it is searched for secrets when the file ends. */
const secrets = new Set<string>();
const typed = new Set<string>();
const kept: Array<[place: string, value: unknown]> = [];

/** Keeps all log lines, at every level, as n8n would write them. */
export function keepLogs(): void {
	const keep =
		(level: string) =>
		(...line: unknown[]) =>
			void kept.push([`log (${level})`, line]);
	LoggerProxy.init({ error: keep('error'), warn: keep('warn'), info: keep('info'), debug: keep('debug') });
}

/** Keeps the data of an execution: its items and errors. The secrets of its credentials must not be in them. */
export function keepRun(id: string, data: unknown, credentials: Record<string, ICredentialDataDecryptedObject>): void {
	kept.push([`execution ${id}`, data]);
	for (const [type, fields] of Object.entries(credentials)) collect(propertiesOf(type), fields);
}

/** Allows a text with a secret that a user has typed: it belongs to the user. */
export const allowTyped = (text: string) => typed.add(text);

/** Throws if a secret of a credential is readable in what was kept, or in a file below `folder`. */
export async function expectNoSecrets(folder?: string): Promise<void> {
	const scan = new SecretScan(secrets, typed);
	for (const [place, value] of kept.splice(0)) scan.value(place, value);
	if (folder) await scan.folder(folder);
	scan.assertClean();
}

/** The values of the fields that n8n shows as dots, also of further endpoints. */
function collect(properties: readonly INodeProperties[], fields: object): void {
	for (const { name, typeOptions, options = [] } of properties) {
		const value: unknown = Reflect.get(fields, name);
		if (typeOptions?.password && typeof value === 'string')
			for (const part of value.split(',')) secrets.add(part.trim());
		if (typeof value !== 'object' || value === null) continue;
		for (const option of options) {
			if (!('values' in option)) continue;
			const entries: unknown = Reflect.get(value, option.name);
			for (const entry of Array.isArray(entries) ? (entries as object[]) : []) collect(option.values, entry);
		}
	}
}

function propertiesOf(type: string): readonly INodeProperties[] {
	const className = type.charAt(0).toUpperCase() + type.slice(1);
	const built = listed.credentials.find((path) => path.includes(`/${className}.`));
	if (!built) return [];
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- by the list, so that no credential is forgotten
	const classes = require(built.replace(/^dist/, '../..').replace(/\.js$/, '')) as Record<
		string,
		new () => ICredentialType
	>;
	const Credential = classes[className];
	return Credential ? new Credential().properties : [];
}
