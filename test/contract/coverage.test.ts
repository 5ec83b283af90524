import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation, Resource } from '../../nodes/operations/operation';
import { type Backend, backends } from '../../sandbox/backends';

const root = join(__dirname, '..', '..');
const verbs = [
	'Image Generate',
	'Image Compose',
	'Image Poll',
	'Image Cancel',
	'Image Webhook Trigger',
	'Image Jobs Trigger',
	'Credential test',
];

interface Row {
	endpoint: string;
	reachedBy: string;
	test: string;
}

/** The rows of a provider's own table, `providers/<id>/coverage.md`. */
function readTable(id: string): Row[] {
	const lines = readFileSync(join(root, 'providers', id, 'coverage.md'), 'utf8').split('\n');
	return lines.flatMap((line) => {
		const cells = line.startsWith('| `') ? line.split(/(?<!\\)\|/).map((cell) => cell.trim()) : [];
		const [, endpoint, reachedBy, test] = cells;
		return endpoint && reachedBy && test ? [{ endpoint: endpoint.replace(/^`|`$/g, ''), reachedBy, test }] : [];
	});
}

/** Every operation of every provider node, as `node resource:operation`. */
function operationTables(): Map<string, Operation> {
	const found = new Map<string, Operation>();
	for (const folder of readdirSync(join(root, 'nodes'))) {
		const file = join(root, 'nodes', folder, 'resources.ts');
		if (!existsSync(file)) continue;
		const { resources } = jest.requireActual<{ resources: readonly Resource[] }>(file);
		const node = folder.charAt(0).toLowerCase() + folder.slice(1);
		for (const { value, operations } of resources)
			for (const operation of operations) found.set(`${node} ${value}:${operation.operation}`, operation);
	}
	return found;
}

/** The endpoints that a backend's own page lists. */
async function endpointsOf(backend: Backend): Promise<string[]> {
	const sandbox = await backend.start({});
	try {
		const { paths } = (await (await fetch(`${sandbox.url}/docs/json`)).json()) as {
			paths: Record<string, Record<string, unknown>>;
		};
		return Object.entries(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
		);
	} finally {
		await sandbox.close();
	}
}

const tables = new Map(backends.map(({ id }) => [id, readTable(id)]));
const operations = operationTables();
const named = (cell: string) =>
	[...cell.matchAll(/`(\w+ \w+:\w+)`/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));

describe.each(backends.map((backend): [string, Backend] => [backend.displayName, backend]))('%s', (_name, backend) => {
	const rows = tables.get(backend.id) ?? [];

	it('every endpoint of its document has a row, and no row is of another', async () => {
		expect(rows.map(({ endpoint }) => endpoint).sort()).toEqual((await endpointsOf(backend)).sort());
	});

	it.each(rows.map((row): [string, Row] => [row.endpoint, row]))(
		'%s is reached as the table says',
		(endpoint, { reachedBy, test }) => {
			for (const operation of named(reachedBy))
				expect(operations.get(operation)?.endpoints ?? `there is no operation ${operation}`).toContain(
					endpoint,
				);
			const others = reachedBy
				.replace(/`[^`]*`/g, '')
				.split(',')
				.map((part) => part.trim())
				.filter(Boolean);
			for (const other of others)
				expect([...verbs, expect.stringMatching(/^sandbox only: .{10,}/)]).toContainEqual(other);
			expect(named(reachedBy).length + others.length).toBeGreaterThan(0);
			const [, file, title] = /^`([^`]+)` "(.+)"$/.exec(test) ?? [];
			expect(file ?? `not a test: ${test}`).toMatch(/\.test\.ts$/);
			expect(readFileSync(join(root, file ?? ''), 'utf8')).toContain(title);
		},
	);
});

it('the table has every operation of every provider node with each endpoint it calls', () => {
	const rows = [...tables.values()].flat();
	const missing = [...operations].flatMap(([name, { endpoints }]) =>
		endpoints
			.filter((endpoint) => !rows.some((row) => row.endpoint === endpoint && named(row.reachedBy).includes(name)))
			.map((endpoint) => `${name}: ${endpoint}`),
	);
	expect(missing).toEqual([]);
	expect([...operations].filter(([, { endpoints }]) => endpoints.length === 0).map(([name]) => name)).toEqual([]);
});
