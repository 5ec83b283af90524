import { type IDataObject, type IHookFunctions, type INodeExecutionData, type IWebhookFunctions, type IWebhookResponseData, NodeOperationError } from 'n8n-workflow';
import { poolOf } from '../../jobs/endpoint/endpoints';
import type { Difference } from '../../images/compare';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { outcomeOf, toImageError } from '../../model/errors';
import type { WebhookDelivery } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { toItem } from '../shared/items';
import { createPictures } from '../shared/pictures';
import { isFirst, type SeenEvents } from './seenEvents';

/** Providers wait some seconds for an answer; what takes longer is downloaded by Image Poll. */
const downloadWithinMs = 20_000;

interface TriggerOptions {
	dedupeHours?: number;
	download?: boolean;
	maxImageSize?: number;
	maxBodyKilobytes?: number;
	toleranceSeconds?: number;
}

/** Throws an n8n error where the credential holds no webhook secret: every delivery would be refused, and publishing is the time to say so. */
export async function assertSecret(context: IHookFunctions): Promise<true> {
	const provider = providerById(context.getNodeParameter('provider') as string);
	const credential = await context.getCredentials(provider.credential);
	if (typeof credential['webhookSecret'] === 'string' && credential['webhookSecret'] !== '') return true;
	throw new NodeOperationError(context.getNode(), 'The credential holds no webhook secret', { description: `Put the secret that ${provider.displayName} signs its webhooks with into the credential; without it every delivery is refused` });
}

/** Refuses everything that is not provably a fresh delivery of the provider's; what remains starts the workflow once. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	const provider = providerById(context.getNodeParameter('provider') as string);
	const { webhook } = await provider.load();
	const credential = await context.getCredentials(provider.credential);
	const secret = typeof credential['webhookSecret'] === 'string' ? credential['webhookSecret'] : '';

	const rawBody = await bodyWithin(context, (options.maxBodyKilobytes ?? 1024) * 1024);
	if (rawBody === 'tooLarge') return answer(context, 413, 'The delivery is too large');
	// Without a secret nobody can prove anything: closed, not open.
	if (!webhook || rawBody === 'none' || !webhook.verify(rawBody, context.getHeaderData(), secret)) return answer(context, 401, 'The signature is missing or wrong');

	let delivery: WebhookDelivery;
	try {
		delivery = webhook.read(rawBody);
	} catch (thrown) {
		return answer(context, 400, toImageError(thrown).message);
	}
	const now = Date.now();
	const toleranceMs = (options.toleranceSeconds ?? 300) * 1000;
	if (delivery.timestamp === null || Math.abs(now - delivery.timestamp) > toleranceMs) return answer(context, 400, `The delivery's timestamp is missing or more than ${toleranceMs / 1000} s from ours`);

	// Whatever can fail comes before the event counts as seen: the provider then sends it again.
	const pool = await poolOf(provider, credential);
	// Whoever waits for this job in this process, or will, need not poll for it, whichever ends start the workflow.
	pool.observe(delivery.snapshot);
	if (!(context.getNodeParameter('events') as string[]).includes(eventOf(delivery))) return answer(context, 200, 'Not among the events listened for');
	const windowMs = (options.dedupeHours ?? 72) * 3_600_000;
	// Listening in the editor is for trying out, and there the same delivery may be sent as often as one likes.
	if (windowMs > 0 && context.getMode() !== 'manual') {
		const { id: workflowId } = context.getWorkflow();
		const kept = context.getWorkflowStaticData('node') as { seen?: SeenEvents };
		if (!isFirst(`${workflowId}:${context.getNode().id}`, kept, delivery.eventId, now, windowMs)) return answer(context, 200, 'Seen before');
	}
	const workflowData = [[await itemOf(context, delivery, pool.main, options)]];
	// n8n saves static data when the answer is given, but forgets that it changed once the run has begun. Answering
	// ourselves, before the run, is what makes the event remembered after a restart.
	return { ...answer(context, 200, 'Accepted'), workflowData };
}

/** The item of a delivery. Never fails: pictures that cannot be had in time are left to Image Poll. */
async function itemOf(context: IWebhookFunctions, delivery: WebhookDelivery, endpoint: Endpoint, options: TriggerOptions): Promise<INodeExecutionData> {
	let { snapshot } = delivery;
	let binary = {};
	let differences: Difference[] = [];
	if (options.download && snapshot.images.length > 0) {
		const { helpers } = context;
		const pictures = createPictures((data, name, type) => helpers.prepareBinaryData(data, name, type), AbortSignal.timeout(downloadWithinMs));
		const fetched = await outcomeOf(pictures.fetch(snapshot, endpoint, { maxMegabytes: options.maxImageSize }));
		if (fetched.ok) ({ snapshot, binary, differences } = fetched.value);
	}
	const item = toItem({ snapshot, request: {}, binary, differences, itemIndex: 0 });
	item.json['event'] = { id: delivery.eventId, status: delivery.status, timestamp: delivery.timestamp === null ? null : new Date(delivery.timestamp).toISOString(), payload: delivery.payload as IDataObject };
	return item;
}

function eventOf({ snapshot, status }: WebhookDelivery): string {
	const known = ['succeeded', 'failed', 'canceled'].find((word) => word === snapshot.job.status || word.toUpperCase() === status);
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
