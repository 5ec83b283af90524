import { type Backend, noLimits } from '../backend';
import { startJimengSandbox } from './server';

export const backend: Backend = {
	id: 'jimeng',
	displayName: 'Jimeng / Dreamina',
	position: 3,
	start: startJimengSandbox,
	webhooks: false,
	credential: {
		type: 'jimengApi',
		fields: (baseUrl) => ({ ...noLimits, baseUrl, site: 'cn', sessionId: 'session-cn-1' }),
	},
};
