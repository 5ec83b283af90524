import { chat } from './operations/chat';
import { model } from './operations/model';
import { video } from './operations/video';

/** The first one is the editor's default. */
export const resources = [video, chat, model] as const;
