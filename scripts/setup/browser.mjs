import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runLogged } from './commands.mjs';
import { withProgress } from './progress.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium, or the reason why there is none. As root on Debian, it installs Debian's Chromium. */
export async function findOrInstallChromium() {
	const found = findChromium();
	if (found) return { path: found };
	if (process.env.CHROMIUM_PATH)
		return { reason: `CHROMIUM_PATH names ${process.env.CHROMIUM_PATH}, which cannot be run` };
	if (!existsSync('/etc/debian_version') || !onPath('apt-get'))
		return { reason: 'Chromium is missing; install it or name one in CHROMIUM_PATH' };
	if (process.getuid?.() !== 0)
		return {
			reason: 'Chromium is missing; install it (sudo apt-get install chromium) or name one in CHROMIUM_PATH',
		};
	try {
		const title = 'Installing Chromium';
		const env = { DEBIAN_FRONTEND: 'noninteractive' };
		await withProgress(title, async () => {
			await runLogged(title, 'apt-get', ['update'], { env, logName: 'apt-update' });
			await runLogged(title, 'apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
				env,
				logName: 'chromium',
			});
		});
	} catch (error) {
		return { reason: `Chromium could not be installed: ${error.message}` };
	}
	const installed = findChromium();
	return installed ? { path: installed } : { reason: 'Chromium was installed but is not on the path' };
}

/** Path of an installed Chromium. */
export function findChromium() {
	const named = process.env.CHROMIUM_PATH;
	if (named) return isExecutable(named) ? named : undefined;
	return names.map(onPath).find(Boolean);
}

function onPath(name) {
	return (process.env.PATH ?? '')
		.split(delimiter)
		.map((folder) => join(folder, name))
		.find(isExecutable);
}

function isExecutable(file) {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
