// Strips the types of the memory's files into a folder, as the build does, for child processes: `node compile.cjs
// <folder>`.
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');
const { ModuleKind, ScriptTarget, transpileModule } = require('typescript');

const source = join(__dirname, '..');
const target = process.argv[2];
for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
	if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
	const path = join(entry.parentPath, entry.name);
	const compilerOptions = {
		module: ModuleKind.CommonJS,
		target: ScriptTarget.ES2023,
		rewriteRelativeImportExtensions: true,
	};
	const written = join(target, relative(source, path)).replace(/\.ts$/, '.js');
	mkdirSync(dirname(written), { recursive: true });
	writeFileSync(written, transpileModule(readFileSync(path, 'utf8'), { compilerOptions }).outputText);
}
