import {
	type IDataObject,
	type IHookFunctions,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeOperationError,
} from 'n8n-workflow';
import { poolOf } from '../../jobs/submission/pool';
import { toImageError } from '../../model/errors';
import type { WebhookDelivery } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { packMemory } from '../execution/memory';
import { toItem } from '../items/items';
import { noteEnd, withRefs } from '../items/refs';
import { claimMs, eventScope, type TriggerOptions, windowOf } from './event';

/**
 * Throws an n8n error where the credential holds no webhook secret: every delivery would be refused, and publishing is
 * the time to say so.
 */
export async function assertSecret(context: IHookFunctions): Promise<true> {
	const provider = providerById(context.getNodeParameter('provider') as string);
	const credential = await context.getCredentials(provider.credential);
	if (typeof credential['webhookSecret'] === 'string' && credential['webhookSecret'] !== '') return true;
	throw new NodeOperationError(context.getNode(), 'The credential holds no webhook secret', {
		description: `Put the secret that ${provider.displayName} signs its webhooks with into the credential; without it every delivery is refused`,
	});
}

/**
 * Refuses everything that is not provably a fresh delivery of the provider's, and claims what remains. n8n answers once
 * it has recorded the execution, in which the event is confirmed (run.ts). A claim that is never confirmed runs out, so
 * that the provider's next attempt is run.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	const provider = providerById(context.getNodeParameter('provider') as string);
	const { webhook } = await provider.load();
	const credential = await context.getCredentials(provider.credential);
	const secret = typeof credential['webhookSecret'] === 'string' ? credential['webhookSecret'] : '';

	const rawBody = await bodyWithin(context, (options.maxBodyKilobytes ?? 1024) * 1024);
	if (rawBody === 'tooLarge') return answer(context, 413, 'The delivery is too large');
	// Without a secret nobody can prove anything: closed, not open.
	if (!webhook || rawBody === 'none' || !webhook.verify(rawBody, context.getHeaderData(), secret))
		return answer(context, 401, 'The signature is missing or wrong');

	let delivery: WebhookDelivery;
	try {
		delivery = webhook.read(rawBody);
	} catch (thrown) {
		return answer(context, 400, toImageError(thrown).message);
	}
	const now = Date.now();
	const toleranceMs = (options.toleranceSeconds ?? 300) * 1000;
	if (delivery.timestamp === null || Math.abs(now - delivery.timestamp) > toleranceMs)
		return answer(
			context,
			400,
			`The delivery's timestamp is missing or more than ${toleranceMs / 1000} s from ours`,
		);

	// Whatever can fail comes before the event is claimed: the provider then sends it again.
	const pool = await poolOf(provider, credential);
	// Whoever waits for this job in this process, or will, need not poll for it, whichever ends start the workflow.
	pool.observe(delivery.snapshot);
	const endpoints = pool.members.map(({ endpoint }) => endpoint);
	await noteEnd(context, packMemory, endpoints, credentialIdOf(context, provider), delivery.snapshot);
	if (!(context.getNodeParameter('events') as string[]).includes(eventOf(delivery)))
		return answer(context, 200, 'Not among the events listened for');

	const [snapshot = delivery.snapshot] = await withRefs(context, packMemory, endpoints, [delivery.snapshot]);
	const item = toItem({ snapshot, request: {}, itemIndex: 0 });
	item.json['event'] = {
		id: delivery.eventId,
		status: delivery.status,
		timestamp: new Date(delivery.timestamp).toISOString(),
		payload: delivery.payload as IDataObject,
	};
	const keepMs = windowOf(options, context.getMode());
	if (keepMs > 0) {
		const { scope, id } = eventScope(context, credentialIdOf(context, provider), item.json);
		const claim = await (await packMemory()).events.claim(scope, id, { claimMs, keepMs });
		if (claim === 'confirmed') return answer(context, 200, 'Seen before');
		if (claim === 'open') {
			context.getResponseObject().setHeader('Retry-After', String(claimMs / 1000));
			return answer(context, 503, 'The same delivery is being taken in; try again later');
		}
	}
	return { webhookResponse: { message: 'Accepted' }, workflowData: [[item]] };
}

function eventOf({ snapshot, status }: WebhookDelivery): string {
	const known = ['succeeded', 'failed', 'canceled'].find(
		(word) => word === snapshot.job.status || word.toUpperCase() === status,
	);
	return known ?? 'other';
}

async function bodyWithin(context: IWebhookFunctions, limit: number): Promise<Buffer | 'tooLarge' | 'none'> {
	const request = context.getRequestObject();
	if (Number(request.headers['content-length'] ?? 0) > limit) return 'tooLarge';
	// n8n leaves some content types unread; of the others this is a repeat that costs nothing.
	await request.readRawBody();
	const { rawBody }: { rawBody: unknown } = request;
	if (!Buffer.isBuffer(rawBody) || rawBody.length === 0) return 'none';
	return rawBody.length > limit ? 'tooLarge' : rawBody;
}

function answer(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}
