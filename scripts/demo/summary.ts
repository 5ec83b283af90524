import type { Owner } from '../lib/n8nClient';
import type { Bundled } from './bundled';
import type { Run } from './quickStart';

/** The summary for the user of `npm start`. */
export function summary({
	run,
	webhook,
	quickStart,
	n8nUrl,
	sandboxes,
	owner,
	ownerFile,
	once,
}: {
	run: Run;
	webhook: string;
	quickStart: Bundled;
	n8nUrl: string;
	sandboxes: ReadonlyArray<{ backend: { displayName: string }; url: string }>;
	owner: Owner;
	ownerFile: string;
	once: boolean;
}): string {
	const lines = [
		'',
		`"${quickStart.workflow.name}" ran in ${run.seconds.toFixed(1)} s. Its images are in the editor:`,
		`  ${run.executionUrl}`,
		'Copies of them:',
		...run.pictures.map((file) => `  ${file}`),
		`Webhook of the finished job: ${webhook}`,
	];
	if (once) return lines.join('\n');
	return [
		...lines,
		'',
		`Editor    ${n8nUrl}/workflow/${quickStart.id}`,
		`Sign in   ${owner.email} with the password ${owner.password} (kept in ${ownerFile})`,
		...sandboxes.map(
			({ backend, url }, place) =>
				`${place === 0 ? 'Sandboxes' : '         '} ${url}/docs  ${backend.displayName}`,
		),
		'',
		'Ctrl-C ends n8n and the sandbox.',
	].join('\n');
}
