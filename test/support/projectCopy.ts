import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './providerFiles';

/** Folders that a copy of the project does not need, because tools have made them. */
const left = new Set(['.git', '.n8n', '.build', '.bench', 'dist', 'node_modules']);

/** Variables that jest sets for its tests, or that change how a program runs outside a test. */
const jestVariables = {
	JEST_WORKER_ID: undefined,
	NODE_ENV: undefined,
	NODE_OPTIONS: undefined,
	UPDATE_DOCS: undefined,
};

/** A copy of the project in a temporary folder, with the same `node_modules`. */
export class ProjectCopy {
	readonly folder = mkdtempSync(join(tmpdir(), 'image-pipelines-copy-'));

	constructor() {
		for (const name of readdirSync(root).filter((entry) => !left.has(entry)))
			cpSync(join(root, name), join(this.folder, name), {
				recursive: true,
				filter: (path) => !/^(docs\/images|test\/artifacts)$/.test(relative(root, path)),
			});
		symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
	}

	/** Adds the files of a template folder, whose names end with `.template`. Gives their paths in the copy. */
	add(templates: string): string[] {
		const paths = readdirSync(templates, { recursive: true, encoding: 'utf8' })
			.filter((path) => path.endsWith('.template'))
			.map((path) => path.replace(/\.template$/, ''));
		for (const path of paths) cpSync(join(templates, `${path}.template`), join(this.folder, path));
		return paths;
	}

	read(path: string): string {
		return readFileSync(join(this.folder, path), 'utf8');
	}

	/** Replaces a text. Throws if the file does not contain it. */
	edit(path: string, from: string | RegExp, to: string): void {
		const before = this.read(path);
		const after = before.replace(from, to);
		if (after === before) throw new Error(`${path} has no ${String(from)}`);
		writeFileSync(join(this.folder, path), after);
	}

	/**
	 * Runs a program of `node_modules`. Gives its output.
	 * @throws if the program fails
	 */
	async run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
		const child = spawn(process.execPath, [join(this.folder, 'node_modules', program), ...args], {
			cwd: this.folder,
			env: { ...process.env, ...jestVariables, ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
		const code = await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', resolve);
		});
		if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed\n${output}`);
		return output;
	}

	remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
