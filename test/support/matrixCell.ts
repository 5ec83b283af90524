import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ICredentialDataDecryptedObject, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { packMemory } from '../../nodes/execution/memory';
import { type AnySandbox, type Backend, backends } from '../../sandbox/backends';
import { waitUntil } from '../../scripts/lib/deadline';
import { type RunOptions, type RunResult, runChain } from '../engine/harness';
import { impatience } from './impatience';
import type { MatrixFault } from './matrixFaults';
import type { Row } from './matrixRows';

/** How a node repeats an item after a fault. */
export const ways = [
	'In the node',
	'Retry On Fail',
	'Retry',
	'New run',
	'Two Retries at once',
	'Stop, then a new run',
] as const;
export type Way = (typeof ways)[number];

/** The result of one item. */
export interface Cell {
	/** Jobs in the provider's books. */
	jobs: number;
	/** Number of results of the last run; the smaller number if two ran. */
	delivered: number;
	/** Images that the budget counts. */
	counted: number;
	/** The outcome that the last run reported if it did not deliver everything. */
	reported: 'unknown' | 'notAccepted' | 'nothing';
	/** For the message of a failing test. */
	note: string;
}

/** In seconds. */
const firstWait = 6;
const laterWait = 40;
/** Age of another client's job. A look-up allows clocks to differ by 5 s, so this job is outside its time range. */
const olderByMs = 6_500;
const olderRunsMs = 11_000;

/** Runs one row with one fault and one way to repeat, on its own server. */
export async function runCell(row: Row, fault: MatrixFault, way: Way): Promise<Cell> {
	const backend = backends.find(({ id }) => id === row.backend);
	if (!backend) throw new Error(`There is no stand-in of ${row.backend}`);
	const sandbox = await startApart(backend, row.settings);
	if (fault.hangs) impatience.set(sandbox.url, 'writes');
	try {
		return await new CellRun(row, fault, sandbox, backend.credential).run(way);
	} finally {
		impatience.delete(sandbox.url);
		await sandbox.close();
	}
}

/** The next port. This run uses ports below the range from which the system assigns ports. */
let nextPort = 11_000 + Math.floor(Math.random() * 1_500) * 10;

/** Starts a stand-in at an address that is new in this run, because the pack keeps learned values per address. */
async function startApart(backend: Backend, settings: Record<string, unknown>): Promise<AnySandbox> {
	for (;;) {
		try {
			return await backend.start({ settings, port: nextPort++ });
		} catch (thrown) {
			if ((thrown as { code?: unknown }).code !== 'EADDRINUSE') throw thrown;
		}
	}
}

class CellRun {
	private readonly workflowId = randomUUID();
	private readonly prompt = `A fox ${randomUUID()}`;
	private readonly credentials: Record<string, ICredentialDataDecryptedObject>;
	private olderJobs = 0;

	constructor(
		private readonly row: Row,
		private readonly fault: MatrixFault,
		private readonly sandbox: AnySandbox,
		private readonly credential: { type: string; fields: (url: string) => Record<string, unknown> },
	) {
		this.credentials = {
			[credential.type]: {
				...credential.fields(sandbox.url),
				requestsPerMinute: 60_000,
				jobsInFlight: 0,
				...row.credential,
			},
		};
	}

	async run(way: Way): Promise<Cell> {
		if (this.fault.older) await this.begunByAnother();
		const { kind, delayMs } = this.fault;
		this.sandbox.fault({
			route: this.row.route,
			kind,
			skip: this.row.skip ?? 0,
			...(delayMs === undefined ? {} : { delayMs }),
		});
		// Unless the node itself repeats the item, the provider stays unreachable until the next run.
		if (way !== 'In the node' && kind !== 'slow')
			this.sandbox.fault({ route: 'any', kind: '503', skip: (this.row.skip ?? 0) + 1, times: 100_000 });
		return await this.seen(await this.lastRuns(way));
	}

	/** The runs until the item has its final result. */
	private async lastRuns(way: Way): Promise<RunResult[]> {
		const token = randomUUID();
		switch (way) {
			case 'In the node':
				return [
					await this.runOnce({ token, maxWait: laterWait, settings: { onError: 'continueRegularOutput' } }),
				];
			case 'Retry On Fail':
				return [
					await this.runOnce({
						token,
						maxWait: firstWait,
						settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
						onTry: (node, attempt) => this.beforeTry(node, attempt),
					}),
				];
			case 'Retry':
				await this.firstRun(token);
				return [await this.runOnce({ token, maxWait: laterWait })];
			case 'New run': {
				const first = await this.firstRun(token);
				// If n8n has the item, no second run is needed: Image Poll finishes the jobs that still run. A second
				// run would correctly make another job.
				return [
					first.error
						? await this.runOnce({ token: randomUUID(), maxWait: laterWait })
						: await this.pollOn(first),
				];
			}
			case 'Two Retries at once':
				await this.firstRun(token);
				return await Promise.all([
					this.runOnce({ token, maxWait: laterWait }),
					this.runOnce({ token, maxWait: laterWait }),
				]);
			case 'Stop, then a new run':
				await this.runOnce({
					token,
					maxWait: laterWait,
					onStart: (stop) => void this.whenSubmitted().then(stop, stop),
				});
				await this.clearFaults();
				return [await this.runOnce({ token: randomUUID(), maxWait: laterWait })];
		}
	}

	/** The run that fails. After it, the provider is reachable again. */
	private async firstRun(token: string): Promise<RunResult> {
		const first = await this.runOnce({ token, maxWait: firstWait });
		await this.settled();
		await this.clearFaults();
		return first;
	}

	private async beforeTry(node: INode, attempt: number): Promise<void> {
		if (node.name === 'In' || (node.name === 'Node' && attempt === 1)) return;
		node.parameters['maxWait'] = laterWait;
		await this.clearFaults();
	}

	private async pollOn(first: RunResult): Promise<RunResult> {
		const items = first.output('Node');
		if (!this.row.isJob) return first;
		return await runChain({
			workflowId: this.workflowId,
			credentials: this.credentials,
			nodes: [
				{ name: 'In', type: 'items', parameters: { items: items.map(({ json }) => json) } },
				pollNode(laterWait),
			],
		});
	}

	private async runOnce({
		token,
		maxWait,
		settings = {},
		...more
	}: { token: string; maxWait: number; settings?: Partial<INode> } & Pick<
		RunOptions,
		'onTry' | 'onStart'
	>): Promise<RunResult> {
		const { type, parameters } = this.row.node(this.prompt);
		// The budget is exactly the cost of the item, so that a double count would block the next attempt.
		const options = this.row.isJob
			? {
					options: {
						...(parameters['options'] as IDataObject),
						budget: { limits: { imagesPerDay: this.row.images } },
					},
				}
			: {};
		return await runChain({
			...more,
			workflowId: this.workflowId,
			resumeToken: token,
			credentials: this.credentials,
			nodes: [
				{ name: 'In', type: 'items', parameters: { items: [{}] } },
				{ name: 'Node', type, parameters: { ...parameters, ...options, maxWait }, settings },
				...(this.row.isJob ? [pollNode(maxWait)] : []),
			],
		});
	}

	/** Another client's job for the same prompt began some seconds ago, and keeps the only worker busy. */
	private async begunByAnother(): Promise<void> {
		const { older } = this.row;
		if (!older) throw new Error('The row has no older job');
		const { path, body, headers } = older(this.prompt);
		this.sandbox.settings({ workers: 1, jobDurationMs: olderRunsMs });
		const answer = await fetch(this.sandbox.url + path, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: JSON.stringify(body),
		});
		if (!answer.ok) throw new Error(`The older job was answered ${answer.status}: ${await answer.text()}`);
		this.olderJobs = this.sandbox.books().jobs.length;
		await sleep(olderByMs);
		this.sandbox.settings({ jobDurationMs: 40 });
	}

	private async clearFaults(): Promise<void> {
		await fetch(`${this.sandbox.url}/__sandbox/faults`, { method: 'DELETE' });
	}

	private async whenSubmitted(): Promise<void> {
		await waitUntil({ for: 'the request', withinMs: 60_000, everyMs: 10 }, () =>
			this.submits() > this.olderJobs + (this.row.skip ?? 0) ? true : undefined,
		);
	}

	private submits(): number {
		const { requests } = this.sandbox.books();
		return Object.entries(requests).reduce(
			(sum, [route, count]) => sum + (route.startsWith('POST ') ? count : 0),
			0,
		);
	}

	private async records() {
		const { journal } = await packMemory();
		return await journal.list({ credentialIds: [this.credential.type], workflowId: this.workflowId, limit: 10 });
	}

	/** Waits until n8n has ended the executions and the journal contains their jobs. */
	private async settled(): Promise<void> {
		await waitUntil({ for: 'the end of what was begun', withinMs: 60_000, everyMs: 50 }, async () =>
			(await this.records()).every(({ held }) => held === 'free') ? true : undefined,
		);
	}

	private async seen(runs: RunResult[]): Promise<Cell> {
		await this.settled();
		const { journal } = await packMemory();
		const spending = await journal.spending({ credentialIds: [this.credential.type], workflowId: this.workflowId });
		const each = runs.map((run) => this.itemOf(run));
		const fewest = each.reduce((least, one) => (one.delivered < least.delivered ? one : least));
		const records = await this.records();
		return {
			jobs:
				this.sandbox.books().jobs.filter(({ status }) => !/cancel|revoked/i.test(status)).length -
				this.olderJobs,
			counted: spending.reduce((sum, { images }) => sum + images, 0),
			delivered: fewest.delivered,
			reported: fewest.reported,
			note: [
				...each.map(({ note }) => note),
				records
					.map(
						({ state, requests }) =>
							`${state} [${requests.map(({ part, outcome }) => `${part} ${outcome}`).join(', ')}]`,
					)
					.join('; '),
				`${this.submits()} submits`,
			].join(' | '),
		};
	}

	private itemOf(run: RunResult): Pick<Cell, 'delivered' | 'reported' | 'note'> {
		const polled = [0, 1, 2].flatMap((output) => run.output('Poll', output));
		const items = polled.length > 0 ? polled : run.output('Node');
		const delivered = items.reduce((sum, item) => sum + this.row.resultsOf(item), 0);
		const errors = items.map(errorOf).filter((error) => error !== null);
		const isUnknown =
			errors.some(({ outcome, hint }) => outcome === 'unknown' && hint) ||
			(run.error !== undefined &&
				/may have made the |unknown outcome/.test(run.error.message) &&
				Boolean(run.error.description));
		const reported = isUnknown ? 'unknown' : errors.length > 0 || run.error ? 'notAccepted' : 'nothing';
		const words = [
			...errors.map(({ outcome, message, hint }) => `${outcome ?? ''} "${message}" (${hint ?? ''})`),
			...(run.error ? [`"${run.error.message}" (${run.error.description ?? ''})`] : []),
		];
		return { delivered, reported: reported, note: [run.run.status, `${delivered} delivered`, ...words].join(', ') };
	}
}

const pollNode = (maxWait: number) => ({ name: 'Poll', type: 'imagePoll', parameters: { maxWait, download: false } });

interface ReportedError {
	message: string;
	hint: string | null;
	outcome: string | undefined;
}

/** The error of an item, of a verb node or of a provider node. */
function errorOf({ json }: INodeExecutionData): ReportedError | null {
	const { job, details } = json as {
		job?: { error?: ReportedError | null };
		details?: ReportedError & { job?: { error?: ReportedError | null } };
	};
	return job?.error ?? details?.job?.error ?? (details?.message ? details : null);
}
