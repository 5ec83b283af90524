import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { n8nEnvironment, filesFolderName } from './environment';
import { assertRuntimeInstalled, n8nBin, nodeBin } from './paths';
import { freePort } from './ports';
import type { Workflow } from './workflow';

export interface CliOptions {
	userFolder: string;
	env?: Readonly<Record<string, string>>;
	withinMs?: number;
}

export interface CliResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Runs an n8n command line, such as `['export:workflow', '--all']`. An instance may run at the same time. */
export async function runN8nCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
	assertRuntimeInstalled();
	mkdirSync(join(options.userFolder, filesFolderName), { recursive: true });
	// It needs its own broker port: the command line starts task runners too, and a running instance uses the default
	// port.
	const env = n8nEnvironment({
		userFolder: options.userFolder,
		port: await freePort(),
		brokerPort: await freePort(),
		env: options.env,
	});
	const child = spawn(nodeBin, [n8nBin, ...args], {
		cwd: options.userFolder,
		env,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const result: CliResult = { code: null, stdout: '', stderr: '' };
	child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString()));
	const withinMs = options.withinMs ?? 120_000;
	const deadline = AbortSignal.timeout(withinMs);
	deadline.addEventListener('abort', () => killGroup(child.pid));
	try {
		result.code = await new Promise<number | null>((resolve, reject) => {
			child.once('error', reject);
			child.once('close', resolve);
		});
	} finally {
		// The command itself may have ended already, but a task runner may still run.
		killGroup(child.pid);
	}
	if (deadline.aborted)
		throw new Error(
			`n8n ${args.join(' ')} did not end within ${withinMs / 1000} s\n${result.stdout}${result.stderr}`,
		);
	return result;
}

/**
 * Runs a command line and gives its output.
 * @throws if the command fails
 */
export async function executeCli(args: readonly string[], options: CliOptions): Promise<string> {
	const { code, stdout, stderr } = await runN8nCli(args, options);
	if (code !== 0) throw new Error(`n8n ${args.join(' ')} ended with ${String(code)}\n${stdout}${stderr}`);
	return stdout;
}

/**
 * Imports workflows without a session. A workflow with a known id is replaced. Imported workflows are not published.
 */
export async function importWorkflowsByCli(workflows: readonly Workflow[], options: CliOptions): Promise<void> {
	await withFile(workflows, async (file) => await executeCli(['import:workflow', `--input=${file}`], options));
}

/** Imports credentials with their secrets in plain text. n8n encrypts them when it stores them. */
export async function importCredentialsByCli(
	credentials: ReadonlyArray<{ id: string; name: string; type: string; data: Record<string, unknown> }>,
	options: CliOptions,
): Promise<void> {
	await withFile(credentials, async (file) => await executeCli(['import:credentials', `--input=${file}`], options));
}

async function withFile(content: unknown, use: (file: string) => Promise<unknown>): Promise<void> {
	// mkdtemp makes a folder that only this user can read, as the secrets require.
	const folder = mkdtempSync(join(tmpdir(), 'n8n-import-'));
	try {
		const file = join(folder, 'import.json');
		writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
		await use(file);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function killGroup(pid: number | undefined): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// Nothing of the group is left.
	}
}
