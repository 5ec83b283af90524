import { createRequire } from 'node:module';
import { waitUntil } from './deadline';
import {
	type BinaryEntry,
	type Execution,
	type ExecutionStatus,
	type ExecutionSummary,
	executionError,
	finalStatuses,
	type RunData,
} from './executionData';
import { N8nRest } from './n8nRest';
import { n8nBin } from './paths';
import {
	type CredentialReference,
	type StoredWorkflow,
	type Workflow,
	manualTriggerOf,
	writableFields,
} from './workflow';

export { N8nRequestError } from './n8nRest';
export {
	bindCredential,
	type CredentialReference,
	readWorkflow,
	type StoredWorkflow,
	type Workflow,
	type WorkflowNode,
} from './workflow';

/** The owner of an instance. n8n requires 8 characters, a digit and a capital letter in the password. */
export interface Owner {
	email: string;
	firstName: string;
	lastName: string;
	password: string;
}

export interface NewCredential {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/**
 * The actions of a user in the editor, over HTTP. Every wait has a deadline. The error of a wait shows the end of n8n's
 * log.
 */
export class N8nClient {
	private readonly rest: N8nRest;

	constructor(
		readonly url: string,
		private readonly logTail: () => string = () => '',
	) {
		this.rest = new N8nRest(url, logTail);
	}

	/** The session cookie, with which a browser is signed in without the form. */
	get session(): { name: string; value: string } | undefined {
		return this.rest.session;
	}

	/** Sends any request of n8n's internal interface, such as `request('GET', '/rest/me')`. */
	async request<T>(method: string, path: string, body?: unknown): Promise<T> {
		return await this.rest.call<T>(method, path, body);
	}

	/** Opens a session. On a new instance it creates the owner first. */
	async signIn(owner: Owner): Promise<this> {
		const settings = await this.request<{ userManagement?: { showSetupOnFirstLoad?: boolean } }>(
			'GET',
			'/rest/settings',
		);
		if (settings.userManagement?.showSetupOnFirstLoad === true)
			await this.request('POST', '/rest/owner/setup', owner);
		else await this.request('POST', '/rest/login', { emailOrLdapLoginId: owner.email, password: owner.password });
		return this;
	}

	/** Creates a credential and gives the reference for a workflow node. */
	async createCredential(credential: NewCredential): Promise<CredentialReference> {
		const { id, name } = await this.request<CredentialReference>('POST', '/rest/credentials', credential);
		return { id, name };
	}

	/** Creates the credential, or updates the one with the same name and type. */
	async saveCredential(credential: NewCredential): Promise<CredentialReference> {
		const all = await this.request<Array<CredentialReference & { type: string }>>('GET', '/rest/credentials');
		const known = all.find(({ name, type }) => name === credential.name && type === credential.type);
		if (!known) return await this.createCredential(credential);
		await this.request('PATCH', `/rest/credentials/${known.id}`, credential);
		return { id: known.id, name: known.name };
	}

	/** The id of the tag with this name, which is created if it is missing. */
	async saveTag(name: string): Promise<string> {
		const all = await this.request<Array<{ id: string; name: string }>>('GET', '/rest/tags');
		const known = all.find((tag) => tag.name === name);
		return (known ?? (await this.request<{ id: string }>('POST', '/rest/tags', { name }))).id;
	}

	/**
	 * Creates the workflow, or replaces the one with the same id. It does not publish it.
	 * @param tags ids of tags; default: those that it has
	 */
	async importWorkflow(workflow: Workflow, tags?: readonly string[]): Promise<StoredWorkflow> {
		if (workflow.id !== undefined) {
			const { exists } = await this.request<{ exists: boolean }>('GET', `/rest/workflows/${workflow.id}/exists`);
			if (exists)
				return await this.request('PATCH', `/rest/workflows/${workflow.id}?forceSave=true`, {
					...writableFields(workflow),
					...(tags && { tags }),
				});
		}
		const fields = { ...writableFields(workflow), ...(tags && { tags }) };
		return await this.request(
			'POST',
			'/rest/workflows',
			workflow.id === undefined ? fields : { ...fields, id: workflow.id },
		);
	}

	async getWorkflow(id: string): Promise<StoredWorkflow> {
		return await this.request('GET', `/rest/workflows/${id}`);
	}

	async listWorkflows(): Promise<Array<{ id: string; name: string; active: boolean }>> {
		return await this.request('GET', '/rest/workflows');
	}

	async deleteWorkflow(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/archive`, {});
		await this.request('DELETE', `/rest/workflows/${id}`);
	}

	/** Publishes the workflow's newest version and waits until its triggers listen. */
	async publishWorkflow(id: string, withinMs = 30_000): Promise<void> {
		const { versionId } = await this.getWorkflow(id);
		await this.request('POST', `/rest/workflows/${id}/activate`, { versionId });
		let last = '';
		const context = (): string => `last status: ${last}\n${this.logTail()}`;
		await waitUntil({ for: `workflow ${id} to be published`, withinMs, context }, async () => {
			const state = await this.request<{ status: string; liveVersionId: string | null }>(
				'GET',
				`/rest/workflows/${id}/publication-status`,
			);
			last = JSON.stringify(state);
			if (state.status === 'failed' || state.status === 'partial')
				throw new Error(`Workflow ${id} could not be published: ${last}\n${this.logTail()}`);
			return state.status === 'published' && state.liveVersionId === versionId ? true : undefined;
		});
	}

	async unpublishWorkflow(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/deactivate`, {});
	}

	/** Starts a manual run like the editor's button and gives the execution's id. It does not wait for the end. */
	async runWorkflow(id: string, triggerName?: string): Promise<string> {
		const trigger = triggerName ?? manualTriggerOf(await this.getWorkflow(id));
		const answer = await this.request<{ executionId?: string }>('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: trigger },
		});
		if (answer.executionId === undefined)
			throw new Error(`n8n now waits for the webhook of "${trigger}" instead of running workflow ${id}`);
		return answer.executionId;
	}

	/** An execution with all its data, unpacked. */
	async getExecution(id: string): Promise<Execution> {
		const packed = await this.request<ExecutionSummary & { data: string }>('GET', `/rest/executions/${id}`);
		return { ...packed, data: unflatten(packed.data) };
	}

	/** A file of an item, from n8n's store of binary data. */
	async downloadBinary({ id, data }: BinaryEntry): Promise<Buffer> {
		if (id === undefined) return Buffer.from(data, 'base64');
		return await this.rest.download(
			`/rest/binary-data?${new URLSearchParams({ id, action: 'download' }).toString()}`,
		);
	}

	/** Waits until the execution has ended, or has one of the given states. Gives it with its data. */
	async waitForExecution(
		id: string,
		withinMs: number,
		statuses: readonly ExecutionStatus[] = finalStatuses,
	): Promise<Execution> {
		let last: Execution | undefined;
		const context = (): string =>
			`last status: ${last?.status ?? 'none'} ${last ? executionError(last) : ''}\n${this.logTail()}`;
		return await waitUntil(
			{ for: `execution ${id} to be ${statuses.join(' or ')}`, withinMs, everyMs: 150, context },
			async () => {
				last = await this.getExecution(id);
				// It has ended in another state, so waiting longer is useless.
				if (finalStatuses.includes(last.status) && !statuses.includes(last.status))
					throw new Error(`Execution ${id} ended as ${context()}`);
				return statuses.includes(last.status) ? last : undefined;
			},
		);
	}

	async stopExecution(id: string): Promise<void> {
		await this.request('POST', `/rest/executions/${id}/stop`);
	}

	/** The newest executions first, at most 100. */
	async listExecutions(
		filter: { workflowId?: string; status?: ExecutionStatus[] } = {},
	): Promise<ExecutionSummary[]> {
		const query = new URLSearchParams({ limit: '100', filter: JSON.stringify(filter) });
		const page = await this.request<{ results: ExecutionSummary[] }>('GET', `/rest/executions?${query.toString()}`);
		return page.results;
	}

	/**
	 * Waits until the workflow has an execution that is not in `known`, and gives its id. This finds the run of a
	 * webhook.
	 */
	async waitForNewExecution(workflowId: string, known: readonly string[], withinMs: number): Promise<string> {
		const context = (): string => this.logTail();
		return await waitUntil({ for: `a new execution of workflow ${workflowId}`, withinMs, context }, async () => {
			const executions = await this.listExecutions({ workflowId });
			return executions.find(({ id }) => !known.includes(id))?.id;
		});
	}

	/** The node types that the editor offers, such as `n8n-nodes-image-pipelines.imageGenerate`. */
	async nodeTypes(): Promise<Array<{ name: string; displayName: string; [field: string]: unknown }>> {
		return await this.request('GET', '/types/nodes.json');
	}

	async credentialTypes(): Promise<Array<{ name: string; displayName: string; [field: string]: unknown }>> {
		return await this.request('GET', '/types/credentials.json');
	}
}

/** Unpacks execution data. n8n packs it with its own copy of `flatted`, so the same copy unpacks it. */
function unflatten(packed: string): RunData {
	const { parse } = createRequire(n8nBin)('flatted') as { parse: (text: string) => RunData };
	return parse(packed);
}
