import { batch } from './operations/batch';
import { content } from './operations/content';
import { model } from './operations/model';

/** The first one is the editor's default. */
export const resources = [content, batch, model] as const;
