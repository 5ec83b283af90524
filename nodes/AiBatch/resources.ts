import { batch } from './operations/batch';
import { analytics } from './operations/analytics';
import { assistant } from './operations/assistant';
import { auth } from './operations/auth';
import { collaboration } from './operations/collaboration';
import { creative } from './operations/creative';
import { file } from './operations/file';
import { image } from './operations/image';
import { key } from './operations/key';
import { model } from './operations/model';
import { monitoring } from './operations/monitoring';
import { prompt } from './operations/prompt';
import { settings } from './operations/settings';
import { storage } from './operations/storage';
import { user } from './operations/user';
import { workflow } from './operations/workflow';
import type { ServerResource } from './serverCall';

/** Every call of the document. The first resource is the editor's default. */
export const resources: readonly ServerResource[] = [
	batch,
	analytics,
	assistant,
	auth,
	collaboration,
	creative,
	file,
	image,
	key,
	model,
	monitoring,
	prompt,
	settings,
	storage,
	user,
	workflow,
];
