import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, extname, isAbsolute, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ImageError } from '../../model/errors';
import { safeName } from '../../model/fileName';

/** A file to write below a folder. */
export interface FileToSave {
	/** A full path; `~` at its start is the home folder of this process. */
	folder: string;
	/** The wanted path below the folder. It is made safe. */
	name: string;
	open: () => Promise<Readable>;
}

export interface SaveRules {
	/** Whether a file with the same name and other content is replaced. If not, the new file gets a number. */
	overwrite: boolean;
	/** Whether files may not be written at this path, which contains no symbolic links. */
	isBlocked: (path: string) => boolean;
	signal: AbortSignal | undefined;
}

/** A file on the disk: its full path without symbolic links, and its length. */
export interface SavedFile {
	path: string;
	bytes: number;
}

/**
 * Streams a file to the disk. It appears under its name only when it is complete. A file with the same name and the
 * same content counts as saved. Missing folders are made.
 * Throws `invalidRequest` if the file cannot be written there.
 */
export async function saveFile(file: FileToSave, rules: SaveRules): Promise<SavedFile> {
	const wanted = join(fullPath(file.folder), safeName(file.name));
	return await written(file, wanted, rules).catch((thrown: unknown) => {
		throw saveErrorOf(thrown, dirname(wanted));
	});
}

async function written({ open: openSource }: FileToSave, wanted: string, rules: SaveRules): Promise<SavedFile> {
	const folder = await allowedFolder(dirname(wanted), basename(wanted), rules);
	const temporary = join(folder, `.${randomUUID()}.part`);
	try {
		const content = await write(await openSource(), temporary, rules.signal);
		return { path: await place(temporary, join(folder, basename(wanted)), content, rules), bytes: content.bytes };
	} finally {
		await rm(temporary, { force: true });
	}
}

/** @throws `invalidRequest` unless the folder is a full path or starts with `~` */
function fullPath(folder: string): string {
	const expanded = folder.trim().replace(/^~(?=$|[/\\])/, () => homedir());
	if (isAbsolute(expanded)) return expanded;
	throw notSaved(
		`The folder "${folder}" is not a full path`,
		'Enter a full path, e.g. /data/images, or a path that starts with ~/',
	);
}

/**
 * Makes the folder and gives its path without symbolic links. The check comes before anything is made, and again
 * after, because the path may have changed meanwhile.
 */
async function allowedFolder(folder: string, name: string, { isBlocked }: SaveRules): Promise<string> {
	const demand = (real: string) => {
		if (!isBlocked(join(real, name))) return real;
		throw notSaved(
			`n8n does not allow to write files to ${real}`,
			'Choose a folder below ~/.n8n-files, or allow this folder with the environment variable ' +
				'N8N_RESTRICT_FILE_ACCESS_TO',
		);
	};
	const real = demand(await futurePath(folder));
	await mkdir(real, { recursive: true });
	return demand(await realpath(real));
}

/** The path without symbolic links, also if its last folders do not exist yet. */
async function futurePath(folder: string): Promise<string> {
	const real = await ifPossible(realpath(folder), dirname(folder) === folder ? [] : ['ENOENT']);
	return real ?? join(await futurePath(dirname(folder)), basename(folder));
}

interface Content {
	bytes: number;
	sha256: string;
}

async function write(source: Readable, path: string, signal: AbortSignal | undefined): Promise<Content> {
	const hash = createHash('sha256');
	let bytes = 0;
	const counter = new Transform({
		transform(chunk: Buffer, _encoding, next) {
			hash.update(chunk);
			bytes += chunk.length;
			next(null, chunk);
		},
	});
	// `flush`: the bytes are on the disk before the file gets its name.
	await pipeline(source, counter, createWriteStream(path, { flags: 'wx', flush: true }), { signal });
	return { bytes, sha256: hash.digest('hex') };
}

/** Most files of one name in a folder. Each one is looked at, so more would take ever longer. */
const maxSameName = 1_000;

/** Gives the temporary file its name, or the next free one: `fox.png`, `fox (2).png`. */
async function place(temporary: string, wanted: string, content: Content, { overwrite }: SaveRules): Promise<string> {
	const extension = extname(wanted);
	const stem = wanted.slice(0, wanted.length - extension.length);
	for (let number = 1; number <= maxSameName; number++) {
		const path = number === 1 ? wanted : `${stem} (${number})${extension}`;
		if (await ifPossible(claim(temporary, path), ['EEXIST'])) return path;
		if (await hasContent(path, content)) return path;
		if (!overwrite) continue;
		await rename(temporary, path);
		return path;
	}
	throw notSaved(
		`The folder has ${maxSameName} other files with the name ${basename(wanted)}`,
		'Choose another file name, for example with the ref of the job',
	);
}

/** Codes of a file system without hard links. */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Gives the file a name that nothing has. Unlike rename, this never replaces a file, also not one just made. */
async function claim(temporary: string, path: string): Promise<true> {
	if (await ifPossible(link(temporary, path).then(done), withoutLinks)) return true;
	await (await open(path, 'wx')).close();
	return await rename(temporary, path).then(done);
}

const done = (): true => true;

/** The result, or null if the work fails with one of these codes. */
async function ifPossible<T>(work: Promise<T>, codes: readonly string[]): Promise<T | null> {
	return await work.catch((thrown: unknown) => {
		if (codes.includes(codeOf(thrown))) return null;
		throw thrown;
	});
}

async function hasContent(path: string, { bytes, sha256 }: Content): Promise<boolean> {
	const found = await lstat(path);
	if (!found.isFile() || found.size !== bytes) return false;
	const hash = createHash('sha256');
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex') === sha256;
}

const reasons: Readonly<Record<string, readonly [message: string, hint: string]>> = {
	...same(
		['EACCES', 'EPERM', 'EROFS'],
		[
			'n8n has no permission to write to',
			'Let the user that runs n8n write to this folder, or choose another folder',
		],
	),
	...same(['ENOSPC', 'EDQUOT'], ['There is no space left for files in', 'Free some space, or choose another folder']),
	...same(['ENOTDIR', 'EEXIST'], ['There is a file where a folder is needed:', 'Choose another folder']),
	...same(['EISDIR', 'ENOTEMPTY'], ['There is a folder with the name of the file in', 'Choose another file name']),
	...same(['ENAMETOOLONG'], ['The path is too long for this system:', 'Choose a shorter folder or file name']),
	...same(['ELOOP', 'ENOENT'], ['A symbolic link leads nowhere in', 'Choose another folder']),
};

function same<T>(codes: readonly string[], reason: T): Record<string, T> {
	return Object.fromEntries(codes.map((code) => [code, reason]));
}

function saveErrorOf(thrown: unknown, folder: string): unknown {
	const reason = reasons[codeOf(thrown)];
	return reason ? notSaved(`${reason[0]} ${folder}`, reason[1], thrown) : thrown;
}

/** The code of an error of the file system; empty for any other. */
function codeOf(thrown: unknown): string {
	const { code } = (thrown ?? {}) as { code?: unknown };
	return typeof code === 'string' ? code : '';
}

function notSaved(message: string, hint: string, cause?: unknown): ImageError {
	return new ImageError('invalidRequest', { message, hint, delivery: 'notSent', cause });
}
