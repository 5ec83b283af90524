import type { AnySandbox } from '../../sandbox/backends';
import { type Kit, startKit } from '../support/conformanceKits';

const free = new Map<Kit, AnySandbox[]>();
const all: AnySandbox[] = [];

/** Sandboxes that are used again: a start takes longer than most cells. */
export const standIns = {
	async take(kit: Kit): Promise<AnySandbox> {
		const used = free.get(kit)?.pop();
		if (used) {
			used.reset();
			return used;
		}
		const started = await startKit({ ...kit, settings: { ...kit.settings, dialect: 'document' } });
		all.push(started);
		return started;
	},
	giveBack(kit: Kit, sandbox: AnySandbox): void {
		free.set(kit, [...(free.get(kit) ?? []), sandbox]);
	},
	async closeAll(): Promise<void> {
		await Promise.all(all.splice(0).map((sandbox) => sandbox.close()));
		free.clear();
	},
};
