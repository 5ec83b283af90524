import { job } from './operations/job';
import { service } from './operations/service';

/** The first one is the editor's default. */
export const resources = [job, service] as const;
