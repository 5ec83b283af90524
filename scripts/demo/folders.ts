import { join, resolve } from 'node:path';
import { instanceRoot } from '../lib/paths';

/** The files and folders of one demo. `npm start` and `npm run dev` share their workflows and credentials. */
export interface Folders {
	/** n8n's user folder. */
	data: string;
	ownerFile: string;
	logs: string;
	/** Has the process that uses the folder. */
	pidFile: string;
}

/** @param root holds all files of the demo; default: the checkout's own folder */
export function foldersIn(root?: string): Folders {
	const folder = root === undefined ? instanceRoot : resolve(root);
	return {
		data: join(folder, 'data'),
		ownerFile: join(folder, 'owner.json'),
		logs: join(folder, 'logs'),
		pidFile: join(folder, 'demo.pid'),
	};
}
