import { jobVerbs } from './jobVerbs';
import { paidVerbs } from './paidVerbs';
import type { Verb } from './verb';

/** Every step of a node that a fault can hit. */
export const verbs: readonly Verb[] = [...paidVerbs, ...jobVerbs];
