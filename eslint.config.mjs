import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import stylistic from '@stylistic/eslint-plugin';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const pack = [
	'model/**/*.ts',
	'memory/**/*.ts',
	'http/**/*.ts',
	'providers/**/*.ts',
	'jobs/**/*.ts',
	'images/**/*.ts',
	'nodes/**/*.ts',
	'credentials/**/*.ts',
];

export default tseslint.config(
	{ ignores: ['node_modules', 'dist', '.build', '.bench', '.n8n', 'test/artifacts'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },

	// Our own TypeScript: types decide.
	...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
	{
		files: ['**/*.ts'],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		rules: {
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
			'@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
			// An interface may ask for a promise where this implementation has nothing to wait for.
			'@typescript-eslint/require-await': 'off',
			'@typescript-eslint/no-confusing-void-expression': [
				'error',
				{ ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
			],
		},
	},

	{
		files: ['**/*.test.ts'],
		rules: {
			// jest's asymmetric matchers (expect.any and its kin) are typed as any.
			'@typescript-eslint/no-unsafe-assignment': 'off',
			// Tests take apart what are objects of functions, none of which asks for its `this`.
			'@typescript-eslint/unbound-method': 'off',
		},
	},

	// n8n's own rules for community nodes, on what is published. The pack runs in n8n's own process on machines of its
	// users, not on n8n Cloud, so the profile is n8n's for such packs: Node's timers, sockets and environment are
	// allowed. The memory's tests kill processes of their own; neither they nor what they use is published.
	{
		...n8nCommunityNodesPlugin.configs.recommendedWithoutN8nCloudSupport,
		files: [...pack, 'package.json'],
		ignores: ['memory/testing/**', 'memory/**/*.test.ts'],
	},
	// The memory knows nothing of n8n: its errors become n8n's in nodes/, like those of the layers beside it.
	{ files: ['memory/**/*.ts'], rules: { '@n8n/community-nodes/require-node-api-error': 'off' } },
	// The layers below nodes/ know nothing of n8n either. Images are decoded in a process of the pack's own, which runs
	// only a file of the pack: nothing else can end a decoder (docs/design.md, Images are decoded in another process).
	{ files: ['images/workshop/**/*.ts'], rules: { '@n8n/community-nodes/require-node-api-error': 'off' } },
	{
		files: ['images/workshop/childProcess.ts'],
		rules: { '@n8n/community-nodes/no-dangerous-functions': 'off' },
	},
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.credentials.rules,
			// For n8n's own credentials, whose pages have short names; ours is a URL, as
			// cred-class-field-documentation-url-not-http-url asks.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	// n8n's conventions for nodes and their fields, also for the fields that lie in files beside the node. The rules
	// read plain literals; nodes/editorTexts.test.ts checks the texts that functions build.
	{
		files: ['nodes/**/*.ts'],
		ignores: ['nodes/**/*.test.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.nodes.rules,
			// These two require the literal 'main', which the newer community-nodes/node-connection-type-literal
			// forbids.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			// These two do not see a default that is computed. The type INodeProperties requires one anyway.
			'n8n-nodes-base/node-param-default-missing': 'off',
			'n8n-nodes-base/node-param-default-wrong-for-limit': 'off',
		},
	},
	{
		files: ['package.json'],
		// axios, zod4, image-size and ipaddr.js are installed with the pack: it is a pack of several backends, which
		// cannot be verified anyway, and a second HTTP client of our own would be worse than a dependency.
		rules: { '@n8n/community-nodes/no-runtime-dependencies': 'off' },
	},

	// Biome cannot break a comment or a string, so the length of their lines is a rule of its own.
	{
		files: ['**/*.ts', '**/*.mjs', '**/*.cjs'],
		plugins: { '@stylistic': stylistic },
		rules: { '@stylistic/max-len': ['error', { code: 120, tabWidth: 4 }] },
	},
);
