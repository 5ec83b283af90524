import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder of ours beside n8n's own files, so that what is in it lives as long as n8n's database does. */
export function packFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
	return join(env['N8N_USER_FOLDER'] ?? homedir(), '.n8n', 'image-pipelines', name);
}
