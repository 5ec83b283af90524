import { join } from 'node:path';
import { foldersIn } from './demo/folders';
import { runUntilAsked } from './demo/lifetime';
import { readDevOptions } from './demo/options';
import { Problem } from './demo/problem';
import { prepareDataFolder, setStage } from './demo/stage';
import { watchPack } from './dev/packWatch';
import { packageName, projectRoot } from './lib/paths';
import { isPortFree } from './lib/ports';

/**
 * `npm run dev`: the n8n of `npm start` with a debugger port. It reloads the pack when a source file changes. n8n
 * itself watches the folder of an installed pack in development mode (LoadNodesAndCredentials.setupHotReload, n8n
 * 2.40). `n8n-node dev` of n8n's node tool uses the same function.
 */
runUntilAsked(async (started) => {
	const options = readDevOptions(process.argv.slice(2), process.env);
	const { inspectPort } = options;
	if (!(await isPortFree(inspectPort)))
		throw new Problem(
			`Port ${inspectPort}, wanted for the debugger, is in use. ` +
				`Choose another: npm run dev -- --inspect-port ${inspectPort + 1}.`,
		);
	const { data, ownerFile } = foldersIn(options.folder);
	const owner = await prepareDataFolder(options);

	console.log('Compiling the pack …');
	const dist = join(data, '.n8n', 'nodes', 'node_modules', packageName, 'dist');
	let builds = 0;
	watchPack(projectRoot, dist, (errors) => {
		builds += 1;
		const result = errors === 0 ? 'no type errors' : `${errors} type ${errors === 1 ? 'error' : 'errors'}`;
		console.log(`${new Date().toLocaleTimeString()} Build ${builds}: ${result}`);
	});

	const { n8n, sandbox } = await setStage(options, owner, started, {
		nodeFlags: [`--inspect=127.0.0.1:${inspectPort}`, '--enable-source-maps'],
		env: { NODE_ENV: 'development', N8N_DEV_RELOAD: 'true' },
	});
	const text = [
		'',
		`Editor    ${n8n.url}`,
		`Sign in   ${owner.email} with the password ${owner.password} (kept in ${ownerFile})`,
		`Debugger  127.0.0.1:${inspectPort} ("Debug n8n with the pack" in VS Code attaches to it)`,
		...sandbox.all.map(({ backend, url }) => `Sandbox   ${url}/docs  ${backend.displayName}`),
		'',
		'A saved change of the pack is compiled and loaded by n8n; reload the editor to see new fields.',
		'A change of package.json or of the sandbox needs a restart. Ctrl-C ends n8n and the sandbox.',
	].join('\n');
	return { text, endNow: false };
});
