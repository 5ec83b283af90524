import { delimiter } from 'node:path';
import { nodeBinFolder } from './paths';

/** Folder that workflows of an instance may write to: n8n's default, in the home folder of the instance. */
export const filesFolderName = '.n8n-files';

/** The variables that a child needs from the caller's environment. Others could change n8n's configuration. */
const inherited = [
	'SYSTEMROOT',
	'TMPDIR',
	'TEMP',
	'LANG',
	'LC_ALL',
	'TZ',
	'NODE_EXTRA_CA_CERTS',
	'SSL_CERT_FILE',
	'HTTP_PROXY',
	'HTTPS_PROXY',
	'ALL_PROXY',
	'http_proxy',
	'https_proxy',
	'all_proxy',
];

/** Environment of a headless n8n that keeps all its data below `userFolder` and sends no requests on its own. */
export function n8nEnvironment(options: {
	userFolder: string;
	port: number;
	brokerPort: number;
	env?: Readonly<Record<string, string>> | undefined;
}): Record<string, string> {
	const environment: Record<string, string> = {};
	for (const name of inherited) {
		const value = process.env[name];
		if (value !== undefined) environment[name] = value;
	}
	return {
		...environment,
		// Sandbox and webhooks are on loopback. A proxy of the machine must not get these requests.
		NO_PROXY: withLoopback(process.env['NO_PROXY']),
		no_proxy: withLoopback(process.env['no_proxy'] ?? process.env['NO_PROXY']),
		// n8n starts its task runners with plain `node`.
		PATH: [nodeBinFolder, process.env['PATH']].filter((part) => part).join(delimiter),
		NODE_ENV: 'production',
		// As in n8n's own image, the home folder of n8n is the one below which all its data lies.
		HOME: options.userFolder,
		USERPROFILE: options.userFolder,
		N8N_USER_FOLDER: options.userFolder,
		N8N_PORT: String(options.port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: 'localhost',
		N8N_EDITOR_BASE_URL: `http://localhost:${options.port}/`,
		N8N_WEBHOOK_URL: `http://localhost:${options.port}/`,
		N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
		DB_TYPE: 'sqlite',
		EXECUTIONS_MODE: 'regular',
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		// The tests use the pack on disk. n8n must not search for packages in a registry.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		// This module requests a list from n8n's own server at every start.
		N8N_DISABLED_MODULES: 'mcp-registry',
		N8N_LOG_LEVEL: 'info',
		...options.env,
	};
}

function withLoopback(list: string | undefined): string {
	return [list, 'localhost', '127.0.0.1', '::1'].filter((part) => part).join(',');
}
