import type { FastifyInstance } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import * as docs from './openapi';
import { anyBody } from './request';

/** The preferences after a start. */
export const defaultPreferences = () => ({ language: 'zh-TW', default_size: '1024x1024' });

/** The user's preferences. */
export function installPreferences(app: FastifyInstance, server: ApiServer): void {
	app.get(
		'/api/settings/user-preferences',
		{ schema: docs.named('Settings', 'Preferences'), config: api('call', '/api/settings/user-preferences') },
		async (request) => {
			server.offered(request, false, false);
			server.unlocked(request);
			return server.preferences;
		},
	);
	app.put(
		'/api/settings/user-preferences',
		{
			schema: docs.withBody('Settings', 'Change preferences', anyBody),
			config: api('call', '/api/settings/user-preferences'),
		},
		async (request) => {
			server.offered(request, false, false);
			server.unlocked(request);
			server.preferences = { ...server.preferences, ...server.read(anyBody, request) };
			return server.preferences;
		},
	);
}
