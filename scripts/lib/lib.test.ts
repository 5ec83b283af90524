import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from './deadline';
import { n8nEnvironment } from './environment';
import { type Execution, executionError, nodeOutput } from './executionData';
import { N8nRest } from './n8nRest';
import { bindCredential, manualTriggerOf, type Workflow, writableFields } from './workflow';

describe('waiting', () => {
	it('gives the first value that is there', async () => {
		await expect(waitUntil({ for: 'it', withinMs: 0 }, () => 'there')).resolves.toBe('there');
	});

	it('says what was waited for and what was seen when the deadline passes', async () => {
		await expect(
			waitUntil({ for: 'it', withinMs: 0, context: () => 'seen: nothing' }, () => undefined),
		).rejects.toThrow('Waited 0 s for it\nseen: nothing');
	});

	it('ends at once when the probe throws', async () => {
		const probe = (): undefined => {
			throw new Error('gone');
		};
		await expect(waitUntil({ for: 'it', withinMs: 60_000 }, probe)).rejects.toThrow('gone');
	});
});

describe("n8n's REST interface", () => {
	let server: Server;
	let rest: N8nRest;
	const cookies: Array<string | undefined> = [];
	beforeAll(async () => {
		server = createServer((request, response) => {
			cookies.push(request.headers.cookie);
			response.setHeader('content-type', 'application/json');
			if (request.url === '/login')
				response.setHeader('set-cookie', ['other=1', 'n8n-auth=secret; HttpOnly; Path=/']);
			if (request.url === '/broken') response.statusCode = 400;
			response.end(
				JSON.stringify(
					request.url === '/broken'
						? { message: 'Not like this' }
						: request.url === '/list'
							? [1]
							: { data: { ok: true } },
				),
			);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		rest = new N8nRest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => 'the log');
	});
	afterAll(() => server.close());

	it('keeps the session and sends it from then on', async () => {
		await expect(rest.call('POST', '/login', {})).resolves.toEqual({ ok: true });
		await rest.call('GET', '/me');
		expect(rest.session).toEqual({ name: 'n8n-auth', value: 'secret' });
		expect(cookies.at(-1)).toBe('n8n-auth=secret');
	});

	it('gives answers that are not wrapped as they are', async () => {
		await expect(rest.call('GET', '/list')).resolves.toEqual([1]);
	});

	it("shows n8n's message and the end of its log with a rejected request", async () => {
		await expect(rest.call('GET', '/broken')).rejects.toMatchObject({
			httpStatus: 400,
			message: 'n8n answered GET /broken with 400: Not like this\nthe log',
		});
	});
});

describe('the environment of an instance', () => {
	it("takes nothing over that would reconfigure n8n, and lets the caller's own wishes win", () => {
		process.env['N8N_ENCRYPTION_KEY'] = 'of somebody else';
		const environment = n8nEnvironment({
			userFolder: '/u',
			port: 1,
			brokerPort: 2,
			env: { N8N_LOG_LEVEL: 'debug' },
		});
		delete process.env['N8N_ENCRYPTION_KEY'];
		expect(environment['N8N_ENCRYPTION_KEY']).toBeUndefined();
		// jest sets it to "test", and n8n behaves differently with that value.
		expect(environment['NODE_ENV']).toBe('production');
		expect(environment['N8N_LOG_LEVEL']).toBe('debug');
		expect(environment['NO_PROXY']).toMatch(/127\.0\.0\.1/);
	});
});

describe('workflows', () => {
	const own = { id: 'own', name: 'Own' };
	const workflow: Workflow = {
		id: 'wf',
		name: 'W',
		nodes: [
			{ name: 'Off', type: 'n8n-nodes-base.manualTrigger', parameters: {}, disabled: true },
			{ name: 'Go', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{ name: 'A', type: 'a', parameters: {} },
			{ name: 'B', type: 'a', parameters: {}, credentials: { key: own } },
		],
		connections: {},
	};

	it("leave a node's own credential when another is bound", () => {
		const bound = bindCredential(workflow, 'key', { id: 'new', name: 'New' }, ({ type }) => type === 'a');
		expect(bound.nodes.map(({ credentials }) => credentials?.['key']?.id)).toEqual([
			undefined,
			undefined,
			'new',
			'own',
		]);
		expect(workflow.nodes[2]?.credentials).toBeUndefined();
	});

	it('start a manual run from the trigger that is not disabled', () => {
		expect(manualTriggerOf(workflow)).toBe('Go');
	});

	it('are saved without the fields n8n does not take', () => {
		const exported = { ...workflow, active: true, versionId: 'v', tags: [] };
		expect(Object.keys(writableFields(exported)).sort()).toEqual(['connections', 'name', 'nodes']);
	});
});

describe('an execution', () => {
	const run = (...numbers: number[]): unknown => ({ data: { main: [numbers.map((n) => ({ json: { n } })), null] } });
	const execution = {
		status: 'error',
		data: {
			resultData: {
				runData: { A: [run(1), run(2, 3)] },
				error: { message: 'no', description: 'why' },
				lastNodeExecuted: 'A',
			},
		},
	} as unknown as Execution;

	it('gives the items of all runs of a node, or of one', () => {
		expect(nodeOutput(execution, 'A').map(({ json }) => json['n'])).toEqual([1, 2, 3]);
		expect(nodeOutput(execution, 'A', 0, 1).map(({ json }) => json['n'])).toEqual([2, 3]);
		expect(nodeOutput(execution, 'A', 1)).toEqual([]);
	});

	it('says in a line why it failed', () => {
		expect(executionError(execution)).toBe('A: no (why)');
	});
});
