import type { ApiAnswer } from '../../http/apiClient';
import type { ScopedLearned } from '../../jobs/endpoint/learnedValues';
import type { ImageError } from '../../model/errors';
import { blankJob, type Job, type JobSnapshot, type JobStatus } from '../../model/job';
import type {
	CallOptions,
	Capabilities,
	EndpointLimits,
	LookedUp,
	Observation,
	ProviderAdapter,
} from '../../providers/provider';
import { endpointOver } from './endpointOver';
import { makeAt, type MakeMore } from './makeAt';
import { transportOf } from './transport';
import { VirtualClock } from './virtualClock';

/** A job state that a provider may report. */
export const snapshotOf = (id: string, status: JobStatus, patch: Partial<Job> = {}): JobSnapshot => ({
	job: {
		...blankJob('fake'),
		id,
		status,
		completed: status === 'succeeded' ? 1 : null,
		...patch,
	},
	images: [],
	raw: null,
});

interface Fake {
	/** Shared by endpoints that are used together. */
	clock?: VirtualClock;
	/** Prefix of the job ids, to tell the jobs of several endpoints apart. */
	name?: string;
	providerId?: string;
	jobsInFlight?: number | null;
	requestsPerMinute?: number | null;
	/** Further limits. */
	limits?: Partial<EndpointLimits>;
	/** Learned values that are kept after the endpoint is gone. */
	learned?: ScopedLearned;
	/** Whether the provider offers a socket to watch jobs. This socket sends nothing. */
	watches?: boolean;
	can?: Partial<Capabilities>;
	/** How long a job runs. */
	jobMs?: number;
	/** Errors that answer the first submits, before a submit succeeds. */
	errorAnswers?: ImageError[];
	status?: (path: string) => number;
	/** The `Retry-After` header of every answer; null: no such header. */
	retryAfter?: string | null;
	cancels?: boolean;
	/** Whether the provider can look up the job of an earlier submit. */
	looksUp?: boolean;
	/** Whether the job was made although the answer was lost. */
	acceptsUnanswered?: boolean;
	/** A wrong poll answer: it throws for all jobs, or gives an observation for one. */
	says?: (id: string, poll: number) => Observation | undefined;
}

/** An endpoint with a provider inside the test. Its jobs end by the clock. */
export function fakeEndpoint({
	jobsInFlight = null,
	requestsPerMinute = null,
	limits = {},
	learned,
	watches = false,
	can = {},
	jobMs = 1_000,
	errorAnswers = [],
	status = () => 200,
	retryAfter = '7',
	says = () => undefined,
	cancels = true,
	looksUp = false,
	acceptsUnanswered = false,
	clock = new VirtualClock(0),
	name = 'job',
	providerId = 'fake',
}: Fake = {}) {
	const submits: Array<{ key: string; at: number; prompt: string }> = [];
	const endsAt = new Map<string, number>();
	const running = () => [...endsAt.values()].filter((at) => at > clock.now()).length;
	const found = (key: string): LookedUp => {
		log.lookUps++;
		const index = submits.findIndex((submit) => submit.key === key);
		const id = `${name}-${index + 1}`;
		return { found: new Map(index >= 0 && endsAt.has(id) ? [[0, id]] : []), conclusive: true };
	};
	const log = { maxAtOnce: 0, polls: 0, lookUps: 0 };
	const connect: ProviderAdapter['connect'] = (_config, transport) => ({
		submit: async (request, { idempotencyKey, signal, paid, made }) => {
			const [known] = made.values();
			if (known !== undefined) return snapshotOf(known, 'queued');
			const send = async () => {
				const { text } = await transport.send({
					method: 'POST',
					path: '/submit',
					signal,
					json: { key: idempotencyKey, prompt: request.prompt },
				});
				const errorAnswer = refused[Number(text)];
				if (errorAnswer) throw errorAnswer;
				return text;
			};
			const id = await paid(0, send, (made) => made);
			log.maxAtOnce = Math.max(log.maxAtOnce, running());
			return snapshotOf(id, jobMs === 0 ? 'succeeded' : 'queued');
		},
		// In the test, an error status below 500, or 503, means "not accepted".
		isNotAccepted: ({ status: answered }) => (answered >= 400 && answered < 500) || answered === 503,
		poll: async (ids, { signal }) => {
			await transport.send({ method: 'GET', path: '/poll', signal });
			log.polls++;
			return new Map(
				ids.map((id): [string, Observation] => [
					id,
					says(id, log.polls) ?? {
						ok: true,
						snapshot: snapshotOf(
							id,
							clock.now() >= (endsAt.get(id) ?? Number.POSITIVE_INFINITY) ? 'succeeded' : 'running',
						),
					},
				]),
			);
		},
		...(looksUp
			? {
					lookUp: async (_request: unknown, { idempotencyKey }: { idempotencyKey: string }) =>
						found(idempotencyKey),
				}
			: {}),
		...(watches
			? {
					watch: (id: string, { signal }: CallOptions) =>
						silence(transport.socket(`/socket/${id}`, { signal })),
				}
			: {}),
		...(cancels ? { cancel: async (id: string) => snapshotOf(id, 'canceled') } : {}),
	});
	const sent: Array<{ path: string; at: number; signal: AbortSignal | undefined }> = [];
	/** The error answers; the text of an answer is the index of its error. */
	const refused: ImageError[] = [];
	const transport = transportOf(async ({ path, signal, json }): Promise<ApiAnswer> => {
		const errorAnswer = path === '/submit' ? errorAnswers.shift() : undefined;
		// A request that was not sent does not count.
		if (errorAnswer?.delivery === 'notSent') throw errorAnswer;
		sent.push({ path, at: clock.now(), signal });
		const headers: Record<string, string> = retryAfter === null ? {} : { 'retry-after': retryAfter };
		if (path !== '/submit') return { status: status(path), headers, text: '' };
		const { key, prompt } = json as { key: string; prompt: string };
		submits.push({ key, at: clock.now(), prompt });
		const id = `${name}-${endsAt.size + 1}`;
		if (!errorAnswer || (acceptsUnanswered && errorAnswer.delivery === 'ambiguous'))
			endsAt.set(id, clock.now() + jobMs);
		if (!errorAnswer) return { status: status(path), headers, text: id };
		if (errorAnswer.delivery === 'ambiguous') throw errorAnswer;
		return { status: errorAnswer.httpStatus ?? 400, headers: {}, text: String(refused.push(errorAnswer) - 1) };
	});
	const sockets: number[] = [];
	const withSocket = { ...transport, socket: () => (sockets.push(clock.now()), silence()) };
	const endpoint = endpointOver({
		clock,
		transport: withSocket,
		connect,
		providerId,
		can,
		limits: { requestsPerMinute, jobsInFlight, ...limits },
		...(learned ? { learned } : {}),
	});
	const make = makeAt(endpoint, clock);
	const submit = (key: string, { prompt = 'A cat', ...more }: MakeMore & { prompt?: string } = {}) =>
		make({ prompt, count: 1 }, key, more);
	return { clock, endpoint, submit, submits, sent, sockets, log };
}

/** Reads messages and sends none. */
async function* silence(messages: AsyncIterable<unknown> | readonly unknown[] = []): AsyncGenerator<never> {
	for await (const message of messages) throw new Error(`The socket said ${String(message)}`);
	yield* [];
}
