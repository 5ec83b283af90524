/** Local stand-ins of the image backends, for the demo and the tests. See README.md. */
export { type ImageSaasSandbox, startImageSaasSandbox } from './imageSaas/server';
export { DEFAULT_TENANT, type Settings } from './imageSaas/settings';
export type { Books, JobEntry, Tally, WebhookEntry } from './shared/books';
export type { Fault, FaultKind } from './shared/faults';
export type { Sandbox, SandboxOptions } from './shared/server';
