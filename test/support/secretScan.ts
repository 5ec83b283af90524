import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { type SecretForm, secretPieces } from '../../http/secretForms';
import { canaryMark } from './canaries';
import { rowsOf } from './sqliteRows';
import { textsOf } from './textsOf';
import { entriesOf } from './zipEntries';

/** Where a secret was found, in which form, and the text before it (without the secret). */
export interface Finding {
	place: string;
	form: string;
	before: string;
}

/** How much of a file is searched at a time, in bytes. */
const chunkSize = 4 * 1024 * 1024;
/** The longest form of a secret: each of its characters as a long HTML entity. */
const longestForm = 16 * 1024;

/**
 * Looks for secrets in everything that a test run leaves behind, in each form that `redact` masks. It finds every
 * `canary`, and the secrets that are given. V8 searches some 500 MB/s for these patterns, so one pass over the bytes is
 * enough.
 */
export class SecretScan {
	readonly findings: Finding[] = [];
	/** The files that were searched. */
	readonly files: string[] = [];
	private readonly all: RegExp[];
	private readonly forms: Array<{ name: SecretForm['name']; pattern: RegExp; secret: string }>;

	/**
	 * @param secrets further ones; those of less than 8 characters stand in ordinary texts and are left out
	 * @param typed texts with a secret that a user has typed; they stay as they are
	 */
	constructor(
		secrets: Iterable<string> = [],
		private readonly typed: Iterable<string> = [],
	) {
		const usable = [...new Set(secrets)].filter((secret) => secret.length >= 8 && !secret.includes(canaryMark));
		const pieces = [canaryMark, ...usable].flatMap((secret) =>
			secretPieces(secret).map((piece) => ({ ...piece, secret })),
		);
		const sourceOf = (forms: readonly SecretForm[]) => forms.map(({ pattern }) => pattern).join('|');
		this.all = pieces.map(({ forms }) => new RegExp(sourceOf(forms), 'i'));
		this.forms = pieces.flatMap(({ forms, secret }) =>
			forms.map(({ name, pattern }) => ({ name, secret, pattern: new RegExp(pattern, 'i') })),
		);
	}

	text(place: string, whole: string): void {
		const text = [...this.typed].reduce((rest, own) => rest.replaceAll(own, ''), whole);
		if (!this.all.some((pattern) => pattern.test(text))) return;
		for (const { name, secret, pattern } of this.forms) {
			const found = pattern.exec(text);
			if (!found) continue;
			const form = name === 'text' ? kindOfText(found[0], secret) : name;
			if (this.findings.some((known) => known.place === place && known.form === form)) continue;
			this.findings.push({ place, form, before: this.clean(text.slice(0, found.index)).slice(-60) });
		}
	}

	/** Every text in a value, however deep: also in errors, their causes and buffers, and the names of fields. */
	value(place: string, value: unknown): void {
		for (const { path, text } of textsOf(value)) this.text(`${place}${path}`, text);
	}

	/**
	 * A file of any size. Of a ZIP, its files are searched too, and of an SQLite database its rows, because its pages
	 * cut long texts.
	 */
	async file(place: string, path: string): Promise<void> {
		this.files.push(place);
		const head = await this.stream(place, createReadStream(path, { highWaterMark: chunkSize }));
		if (head.startsWith('PK\u0003\u0004'))
			for await (const { name, content } of entriesOf(path)) await this.stream(`${place}!${name}`, content);
		if (!path.endsWith('.sqlite')) return;
		// One text per row: a value of its own for each field takes much longer.
		for (const { table, row, text } of rowsOf(path)) this.text(`${place} ${table}[${row}]`, text);
	}

	/** Gives the first bytes. */
	private async stream(place: string, bytes: Readable): Promise<string> {
		let rest = '';
		let head: string | null = null;
		for await (const chunk of bytes as AsyncIterable<Buffer>) {
			const text = chunk.toString('latin1');
			head ??= text.slice(0, 16);
			this.text(place, rest + text);
			rest = (rest + text).slice(-longestForm);
		}
		return head ?? '';
	}

	/** All files of a folder except installed packages. */
	async folder(root: string, path = root): Promise<void> {
		for (const entry of await readdir(path, { withFileTypes: true })) {
			const inner = join(path, entry.name);
			this.text('the name of a file', entry.name);
			if (entry.isDirectory() && entry.name !== 'node_modules') await this.folder(root, inner);
			if (entry.isFile()) await this.file(relative(root, inner), inner);
		}
	}

	/** Throws if a secret was found. The message names place and form, and not the secret. */
	assertClean(): void {
		if (this.findings.length === 0) return;
		const lines = this.findings.map(({ place, form, before }) => `- ${place}: ${form}, after "${before}"`);
		throw new Error(`A secret is readable in ${lines.length} places:\n${lines.slice(0, 40).join('\n')}`);
	}

	private clean(before: string): string {
		const line = before.slice(-2_000).replace(/[^\x20-\x7e]+/g, ' ');
		return this.forms.reduce((text, { pattern }) => text.replace(new RegExp(pattern, 'gi'), '***'), line);
	}
}

function kindOfText(found: string, secret: string): string {
	if (found.includes('\\')) return 'JSON escapes';
	if (/%[\da-f]{2}/i.test(found)) return 'URL escapes';
	if (found.includes('&')) return 'HTML entities';
	return found === secret ? 'plain' : 'other letter case';
}
