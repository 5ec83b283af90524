import { join } from 'node:path';
import { runLogged } from './commands.mjs';
import { places, root } from './places.mjs';
import { withProgress } from './progress.mjs';
import { hashOf, stampFor } from './stamps.mjs';

/** Makes a migrated database with an owner, so that the instance of each test starts in seconds. */
export async function makeTemplate() {
	const inputs = ['scripts/runtime/package-lock.json', 'scripts/makeTemplate.ts', 'scripts/lib/userFolder.ts'].map(
		(path) => join(root, path),
	);
	const stamp = stampFor('template', hashOf(inputs), [
		join(places.template, 'database.sqlite'),
		join(places.template, 'config'),
	]);
	if (stamp.isCurrent()) return;
	const title = 'Preparing the database of test instances';
	await withProgress(title, async () => {
		stamp.remove();
		await runLogged(title, places.nodeBin, [join(places.build, 'scripts', 'makeTemplate.js')], {
			logName: 'template',
		});
		stamp.write();
	});
}
