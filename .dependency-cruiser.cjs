/**
 * The arrows of docs/design.md as rules: no import circles, and every layer imports only what lies below it.
 * Type-only imports count like others: a circle of types is a circle for the reader.
 * Run by `npm run lint` and `npm run check`.
 */

/** Files that test and are never published; they may import whatever they test. */
const testCode = '[.](test|property)[.]ts$|^memory/testing/|^sandbox/test(Call|Client)[.]ts$';
const product = ['model', 'memory', 'http', 'images', 'providers', 'jobs', 'nodes', 'credentials'];

/** What each part may import besides itself. A part that is not named here may import everything. */
const arrows = {
	model: [],
	memory: ['model'],
	http: ['model'],
	images: ['model', 'http'],
	providers: ['model', 'http'],
	'jobs/runtime': ['model'],
	'jobs/polling': ['model', 'memory', 'http', 'providers', 'jobs/runtime'],
	'jobs/endpoint': ['model', 'memory', 'http', 'providers', 'jobs/runtime', 'jobs/polling'],
	'jobs/listing': ['model', 'memory', 'http', 'providers', 'jobs/runtime', 'jobs/polling', 'jobs/endpoint'],
	'jobs/submission': ['model', 'memory', 'http', 'providers', 'jobs/runtime', 'jobs/polling', 'jobs/endpoint'],
	credentials: ['model', 'http', 'providers'],
	sandbox: [],
};

const folders = (names) => `^(${names.join('|')})/`;

const layers = Object.entries(arrows).map(([part, below]) => ({
	name: `${part.replace('/', '-')}-imports-only-what-lies-below`,
	comment: `${part} may import only ${[part, ...below].join(', ')} (docs/design.md, the arrows).`,
	severity: 'error',
	from: { path: folders([part]), pathNot: testCode },
	// Packages and Node.js's own modules are no folders of this project.
	to: { pathNot: [folders([part, ...below]), '^node_modules/'], dependencyTypesNot: ['core'] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		...layers,
		{
			name: 'no-circles',
			comment: 'Two files that import each other cannot be read one after the other. Move what both need below.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		{
			name: 'n8n-stays-in-nodes',
			comment: 'Only nodes/ and credentials/ know n8n, so the layers below can be tested and used without it.',
			severity: 'error',
			from: { path: folders(product.filter((name) => !['nodes', 'credentials'].includes(name))) },
			to: { path: '^node_modules/(n8n-|@n8n/)' },
		},
		{
			name: 'no-test-code-in-production',
			comment: 'What is published must not import what only tests and benchmarks have.',
			severity: 'error',
			from: { path: folders(product), pathNot: testCode },
			to: { path: [testCode, '^(test|bench|sandbox|scripts)/'] },
		},
		{
			name: 'sharp-stays-in-its-process',
			comment: 'sharp blocks the threads that n8n reads files with. Use workOn() of images/workshop.',
			severity: 'error',
			from: { path: folders(product), pathNot: [testCode, '^images/workshop/(child|sharpWork)[.]ts$'] },
			to: { path: ['^node_modules/sharp/', '^images/workshop/(child|sharpWork)[.]ts$'] },
		},
		{
			name: 'start-loads-no-run-code',
			comment: 'n8n loads these files when it starts. What only a run needs is imported in run().',
			severity: 'error',
			from: { path: '^nodes/[A-Z]\\w+/(operations/|resources[.]ts|\\w+[.]node[.]ts)', pathNot: testCode },
			to: {
				path: '^(jobs|memory|images|http/apiClient)|^providers/.+/(adapter|client|mapping|session|wire)[^/]*$',
				pathNot: '^images/export/formats[.]ts$',
				dependencyTypesNot: ['dynamic-import', 'type-only'],
			},
		},
		{
			name: 'no-missing-modules',
			comment: 'An import that resolves to nothing would escape the other rules.',
			severity: 'error',
			from: {},
			to: { couldNotResolve: true },
		},
	],
	options: {
		doNotFollow: { path: '^node_modules/' },
		exclude: { path: '^(dist|[.]build|[.]bench|[.]n8n|test/artifacts)/' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: {
			extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
			exportsFields: ['exports'],
			conditionNames: ['import', 'require', 'node', 'default', 'types'],
		},
		cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
	},
};
