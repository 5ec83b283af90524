import { image } from './operations/image';
import { service } from './operations/service';
import { task } from './operations/task';

/** The first one is the editor's default. */
export const resources = [task, image, service] as const;
