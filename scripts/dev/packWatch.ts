import { cpSync, mkdirSync, readdirSync, rmSync, statSync, watch } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import ts from 'typescript';

const assetExtensions = ['.svg', '.png', '.json'];
/** The folders with files that n8n reads beside the compiled nodes. */
const assetFolders = ['nodes', 'credentials'];

/**
 * Compiles the pack into an installed pack's `dist` with source maps, and again after each change of a source file. The
 * first build is complete when this returns. n8n sees the new files and reloads the pack.
 * @param onBuild called after each build with its number of type errors; files are written in spite of errors
 * @returns a function that stops watching
 */
export function watchPack(projectFolder: string, dist: string, onBuild: (errors: number) => void): () => void {
	removeCompiled(dist);
	const host = ts.createWatchCompilerHost(
		join(projectFolder, 'tsconfig.build.json'),
		{ outDir: dist, sourceMap: true, incremental: false, noEmitOnError: false },
		ts.sys,
		ts.createEmitAndSemanticDiagnosticsBuilderProgram,
		(diagnostic) => console.log(ts.formatDiagnostic(diagnostic, formatHost(projectFolder)).trimEnd()),
		(_diagnostic, _newLine, _options, errors) => {
			if (errors !== undefined) onBuild(errors);
		},
	);
	const program = ts.createWatchProgram(host);
	const watchers = assetFolders.map((folder) =>
		watch(join(projectFolder, folder), { recursive: true }, (_event, name) => {
			if (name !== null) copyAsset(join(projectFolder, folder, name), join(dist, folder, name));
		}),
	);
	return () => {
		program.close();
		for (const watcher of watchers) watcher.close();
	};
}

/**
 * Removes the compiled files. Files of an installed pack are hard links into `.n8n/pack`, and the compiler must not
 * overwrite those. The icons and codex files stay; they are replaced when they change.
 */
function removeCompiled(dist: string): void {
	for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
		if (['.js', '.map'].includes(extname(name))) rmSync(join(dist, name));
}

function copyAsset(from: string, to: string): void {
	if (!assetExtensions.includes(extname(from))) return;
	rmSync(to, { force: true });
	if (statSync(from, { throwIfNoEntry: false })?.isFile() !== true) return;
	mkdirSync(dirname(to), { recursive: true });
	cpSync(from, to);
}

function formatHost(folder: string): ts.FormatDiagnosticsHost {
	return {
		getCurrentDirectory: () => folder,
		getCanonicalFileName: (name) => name,
		getNewLine: () => ts.sys.newLine,
	};
}
