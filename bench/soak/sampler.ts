import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux knows of n8n's process and its children. */
export interface Outside {
	/** Resident memory, MB. */
	residentMb: number;
	/** Resident memory of all processes that it has started, MB. */
	childrenMb: number;
	children: number;
	/** Open file descriptors by kind: `socket`, `pipe`, `file`, or the kernel's name of another kind. */
	descriptors: Record<string, number>;
}

/** @param pid of n8n; its process group has all processes that it has started */
export function outside(pid: number): Outside {
	const others = groupOf(pid).filter((one) => one !== pid);
	return {
		residentMb: residentMb(pid),
		childrenMb: others.reduce((sum, one) => sum + residentMb(one), 0),
		children: others.length,
		descriptors: descriptorsOf(pid),
	};
}

function residentMb(pid: number): number {
	return Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** n8n leads its own process group. */
function groupOf(leader: number): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => Number(read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[2]) === leader);
}

function descriptorsOf(pid: number): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const name of readdirSync(`/proc/${pid}/fd`)) {
		const kind = kindOf(`/proc/${pid}/fd/${name}`);
		if (kind !== null) counts[kind] = (counts[kind] ?? 0) + 1;
	}
	return counts;
}

/** Null if the descriptor was closed meanwhile. */
function kindOf(path: string): string | null {
	try {
		const target = readlinkSync(path);
		return target.startsWith('/') ? 'file' : (/^(?:anon_inode:)?\[?(\w+)/.exec(target)?.[1] ?? target);
	} catch {
		return null;
	}
}

/** Empty if the process has ended meanwhile. */
function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
