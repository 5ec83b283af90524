import {
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IHookFunctions,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeOperationError,
} from 'n8n-workflow';
import { redact } from '../../http/redact';
import { poolOf } from '../../jobs/submission/pool';
import { outcomeOfSync } from '../../model/errors';
import type { ProviderDefinition, WebhookDelivery } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { packMemory } from '../execution/memory';
import { toItem } from '../items/items';
import { recordEnd, withRefs } from '../items/refs';
import { claimMs, eventScope, type TriggerOptions, windowOf } from './event';

/**
 * Throws an n8n error if the credential has no webhook secret: publishing the workflow then fails. Without a secret
 * every delivery would be rejected.
 */
export async function assertSecret(context: IHookFunctions): Promise<true> {
	const provider = providerById(context.getNodeParameter('provider') as string);
	if (secretOf(await context.getCredentials(provider.credential)) !== '') return true;
	throw new NodeOperationError(context.getNode(), 'The credential has no webhook secret', {
		description:
			`Enter the webhook secret of ${provider.displayName} in the credential. ` +
			'Without it every delivery is rejected',
	});
}

/**
 * Rejects everything that is not a new, signed delivery of the provider, and claims the event of a new delivery. n8n
 * answers after it has recorded the execution; that execution confirms the event (run.ts). A claim without confirmation
 * expires, so the provider's next attempt runs.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	const provider = providerById(context.getNodeParameter('provider') as string);
	const credential = await context.getCredentials(provider.credential);
	const verified = await verifiedDelivery(context, provider, secretOf(credential), options);
	if (!verified.ok) return answer(context, verified.status, verified.message);
	const { timestamp } = verified;

	// Everything that can fail comes before the claim, because after a failure the provider sends the event again.
	const pool = await poolOf(provider, credential);
	const endpoints = pool.members.map(({ endpoint }) => endpoint);
	const delivery = verified.read(endpoints.flatMap(({ config }) => config.secrets));
	// A node of this process that waits for this job then needs no poll, even if the event does not start the workflow.
	for (const endpoint of endpoints) endpoint.jobs.announce(delivery.snapshot);
	await recordEnd(context, packMemory, endpoints, credentialIdOf(context, provider), delivery.snapshot);
	if (!(context.getNodeParameter('events') as string[]).includes(eventOf(delivery)))
		return answer(context, 200, 'Not among the chosen events');

	const [snapshot = delivery.snapshot] = await withRefs(context, packMemory, endpoints, [delivery.snapshot]);
	const item = toItem({ snapshot, request: {}, itemIndex: 0 });
	item.json['event'] = {
		id: delivery.eventId,
		status: delivery.status,
		timestamp: new Date(timestamp).toISOString(),
		payload: delivery.payload as IDataObject,
	};
	const claim = await claimEvent(context, credentialIdOf(context, provider), item.json, options);
	if (claim === 'confirmed') return answer(context, 200, 'Seen before');
	if (claim === 'open') {
		context.getResponseObject().setHeader('Retry-After', String(claimMs / 1000));
		return answer(context, 503, 'The same delivery is being processed; try again later');
	}
	return { webhookResponse: { message: 'Accepted' }, workflowData: [[item]] };
}

type Verified =
	| { ok: true; timestamp: number; read: (secrets: readonly string[]) => WebhookDelivery }
	| { ok: false; status: number; message: string };

/**
 * The reader of the delivery without secrets, if it is signed, readable and recent. Otherwise the status and
 * message of the answer.
 */
async function verifiedDelivery(
	context: IWebhookFunctions,
	provider: ProviderDefinition,
	secret: string,
	{ maxBodyKilobytes = 1024, toleranceSeconds = 300 }: TriggerOptions,
): Promise<Verified> {
	const { webhook } = await provider.load();
	const rawBody = await bodyWithin(context, maxBodyKilobytes * 1024);
	if (rawBody === 'tooLarge') return { ok: false, status: 413, message: 'The delivery is too large' };
	// `verify` returns false if the secret is empty, so no delivery is accepted without a secret.
	if (!webhook || rawBody === 'none' || !webhook.verify(rawBody, context.getHeaderData(), secret))
		return { ok: false, status: 401, message: 'The signature is missing or wrong' };
	const read = outcomeOfSync(() => webhook.read(rawBody));
	if (!read.ok) return { ok: false, status: 400, message: read.error.message };
	const { timestamp } = read.value;
	if (timestamp !== null && Math.abs(Date.now() - timestamp) <= toleranceSeconds * 1000)
		return {
			ok: true,
			timestamp,
			read: (secrets) => webhook.read(Buffer.from(redact(rawBody.toString(), secrets))),
		};
	const message = `The delivery's timestamp is missing or differs from ours by more than ${toleranceSeconds} s`;
	return { ok: false, status: 400, message };
}

/** Claims an event for the execution that follows; undefined if events are not remembered. */
async function claimEvent(
	context: IWebhookFunctions,
	credentialId: string,
	json: IDataObject,
	options: TriggerOptions,
) {
	const keepMs = windowOf(options, context.getMode());
	if (keepMs <= 0) return undefined;
	const { scope, id } = eventScope(context, credentialId, json);
	const { events } = await packMemory();
	return await events.claim(scope, id, { claimMs, keepMs });
}

function secretOf({ webhookSecret }: ICredentialDataDecryptedObject): string {
	return typeof webhookSecret === 'string' ? webhookSecret : '';
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
	// n8n does not read the body of some content types. If it has read the body, this call returns at once.
	await request.readRawBody();
	const { rawBody }: { rawBody: unknown } = request;
	if (!Buffer.isBuffer(rawBody) || rawBody.length === 0) return 'none';
	return rawBody.length > limit ? 'tooLarge' : rawBody;
}

function answer(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}
