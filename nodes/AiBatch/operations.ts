import type { Resource } from '../operations/operation';
import type { Call } from './call';
import { documented } from './calls/documented';
import { guessed } from './calls/guessed';
import { services } from './calls/services';

export const resources: readonly Resource[] = [
	{ value: 'batch', name: 'Batch' },
	{ value: 'analytics', name: 'Analytics' },
	{ value: 'assistant', name: 'Assistant' },
	{ value: 'auth', name: 'Auth' },
	{ value: 'collaboration', name: 'Collaboration' },
	{ value: 'creative', name: 'Creative Tool' },
	{ value: 'file', name: 'File' },
	{ value: 'image', name: 'Image' },
	{ value: 'key', name: 'Key' },
	{ value: 'model', name: 'Model' },
	{ value: 'monitoring', name: 'Monitoring' },
	{ value: 'prompt', name: 'Prompt' },
	{ value: 'settings', name: 'Settings' },
	{ value: 'storage', name: 'Storage' },
	{ value: 'user', name: 'User' },
	{ value: 'workflow', name: 'Workflow' },
];

/** Every path of the document, one operation each. */
export const operations: readonly Call[] = [...documented, ...services, ...guessed];
