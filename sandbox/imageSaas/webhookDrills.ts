import { z } from 'zod4';
import type { WebhookEntry } from '../shared/books';
import { ControlError } from '../shared/control';
import { signatureOf } from '../shared/webhookPost';
import type { Backend } from './backend';
import { DEFAULT_TENANT } from './settings';
import type { Letter, WebhookPayload } from './webhooks';

const HOW = [
	'unsigned',
	'forged',
	'wrongSecret',
	'stale',
	'duplicate',
	'late',
	'reordered',
	'oversized',
	'unknownStatus',
	'extraFields',
	'invalidJson',
] as const;

const drillSchema = z
	.strictObject({
		/** The job or jobs of the events. */
		jobId: z.string().optional(),
		jobIds: z.array(z.string()).min(1).optional(),
		/** A complete payload instead of a job's. It is sent unchanged. */
		payload: z.record(z.string(), z.unknown()).optional(),
		/** The URL to send it to; default: the webhookUrl of the settings. */
		url: z.url({ protocol: /^https?$/ }).optional(),
		how: z.union([z.enum(HOW), z.array(z.enum(HOW))]).default([]),
		/** Age of a `stale` webhook. */
		ageMs: z.number().positive().default(3_600_000),
		/** Delay of a `late` webhook. */
		delayMs: z.number().nonnegative().default(500),
		/** Size of an `oversized` webhook. */
		bytes: z
			.int()
			.positive()
			.default(20 * 1024 * 1024),
	})
	.refine(
		(drill) => drill.jobId !== undefined || drill.jobIds !== undefined || drill.payload !== undefined,
		'needs a jobId, jobIds or a payload',
	);

type Drill = z.infer<typeof drillSchema>;

/** Sends chosen webhooks, each once and without a retry, and returns the receiver's answers. */
export async function playDrill(backend: Backend, request: unknown): Promise<WebhookEntry[]> {
	const drill = drillSchema.parse(request);
	const how = new Set(Array.isArray(drill.how) ? drill.how : [drill.how]);
	const url = drill.url ?? backend.settings.webhookUrl;
	if (url === null) throw new ControlError(409, 'No webhookUrl is set, and no url was given');
	let letters = eventsOf(backend, drill, how.has('reordered')).map((payload) =>
		letterFor(backend, payload, how, drill),
	);
	if (how.has('reordered')) letters = letters.reverse();
	if (how.has('duplicate')) letters = letters.flatMap((letter) => [letter, letter]);
	if (how.has('late')) await backend.timers.pause(drill.delayMs);
	const deliveries: WebhookEntry[] = [];
	for (const letter of letters) {
		const attempt = 1 + deliveries.filter((delivery) => delivery.eventId === letter.eventId).length;
		deliveries.push(await backend.webhooks.send(letter, url, attempt));
	}
	return deliveries;
}

/** The payloads in the order of their events. */
function eventsOf(backend: Backend, drill: Drill, reordered: boolean): WebhookPayload[] {
	if (drill.payload) {
		// Sent unchanged, even if fields are missing: that is the purpose of such a drill.
		return [
			{
				eventId: 'unknown',
				jobId: 'unknown',
				tenantId: DEFAULT_TENANT,
				status: 'unknown',
				timestamp: 0,
				...drill.payload,
			},
		];
	}
	const ids = drill.jobIds ?? (drill.jobId === undefined ? [] : [drill.jobId]);
	const events = ids.map((id) => {
		const job = backend.store.any(id);
		if (!job) throw new ControlError(404, `There is no job ${id}`);
		return backend.webhooks.payload(job);
	});
	const [only] = events;
	if (!reordered || !only || events.length > 1) return events;
	// A job has one end. Only events of earlier states can follow it.
	const { error: _, ...rest } = only;
	return [
		{
			...rest,
			eventId: backend.webhooks.nextEventId(),
			status: 'RUNNING',
			resultUrls: [],
			timestamp: only.timestamp - 1000,
		},
		only,
	];
}

function letterFor(backend: Backend, event: WebhookPayload, how: Set<(typeof HOW)[number]>, drill: Drill): Letter {
	const payload: Record<string, unknown> = drill.payload ? { ...drill.payload } : { ...event };
	if (how.has('stale')) payload['timestamp'] = Date.now() - drill.ageMs;
	if (how.has('unknownStatus')) payload['status'] = 'PAUSED';
	if (how.has('extraFields')) Object.assign(payload, { schemaVersion: 2, usage: { credits: 1 } });
	if (how.has('oversized')) payload['padding'] = 'x'.repeat(drill.bytes);
	const text = JSON.stringify(payload);
	// The signature of a broken body is correct: the receiver must fail at the JSON, not at the signature.
	const body = how.has('invalidJson') ? text.slice(0, Math.ceil(text.length / 2)) : text;
	const { eventId, jobId, tenantId } = event;
	return {
		eventId,
		jobId,
		tenant: tenantId,
		body,
		signature: signatureFor(body, how, backend.settings.webhookSecret),
	};
}

function signatureFor(body: string, how: Set<(typeof HOW)[number]>, secret: string): string | null {
	if (how.has('unsigned')) return null;
	if (how.has('forged')) return `sha256=${'0'.repeat(64)}`;
	return signatureOf(body, how.has('wrongSecret') ? `${secret}-of-somebody-else` : secret);
}
