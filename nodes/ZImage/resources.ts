import { batch } from './operations/batch';
import { file } from './operations/file';
import { service } from './operations/service';
import { task } from './operations/task';

/** The first one is the editor's default. */
export const resources = [batch, task, file, service] as const;
