import { promisesOfMoney } from './promisesOfMoney';
import { promisesOfSpeed } from './promisesOfSpeed';
import type { Promised } from './statements';

/** What the pack promises, in the order of the page. */
export const promises: readonly Promised[] = [
	...promisesOfMoney,
	...promisesOfSpeed,
	{
		title: 'Webhooks are verified',
		statements: [
			{
				says: 'A delivery that is not signed, or signed with another secret, starts no workflow.',
				file: 'test/n8n/webhooks.test.ts',
				title: 'a delivery %s is answered 401 and runs nothing',
				figure: 'webhooks.forged',
			},
			{
				says: 'A repeated event starts the workflow once, also after a restart of n8n.',
				file: 'test/n8n/webhooks.test.ts',
				title: 'a repeated event is not run again after a restart of n8n either',
			},
			{
				says: 'A delivery that n8n has acknowledged is not lost if n8n is killed.',
				file: 'test/n8n/webhooks.test.ts',
				title: 'n8n has recorded what it acknowledged: after a kill at the answer, nothing is lost',
			},
		],
	},
	{
		title: 'Secrets stay secret',
		statements: [
			{
				says: 'No key is in the database, the logs, the executions or an export.',
				file: 'test/n8n/secrets.test.ts',
				title: 'neither key nor webhook secret is in the database, the logs, the executions or an export',
				figure: 'secrets.places',
			},
			{
				says: 'A key that a server sends back is masked, in whatever way its characters are written.',
				file: 'http/redact.test.ts',
				title: 'a key is found where each of its characters is written in another way',
			},
			{
				says: 'No download reaches a private address, in whatever form it is written.',
				file: 'http/addressGuard.test.ts',
				title: 'no address of a special range is reached, in whatever form it is written',
				figure: 'addresses.refused',
			},
			{
				says: 'The package installs and loads without running any script.',
				file: 'test/n8n/packed.test.ts',
				title: 'installs without scripts, and every node and credential loads',
				figure: 'package.loaded',
			},
		],
	},
];
