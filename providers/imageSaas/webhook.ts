import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseJson, readValue } from '../../http/json';
import { ImageError } from '../../model/errors';
import type { WebhookReader } from '../provider';
import { fromWebhook } from './mapping';
import { webhookPayload } from './wire';

/** `X-Signature: sha256=<hex of HMAC-SHA256 over the raw body>`, the document's "Webhook Notification". */
export const imageSaasWebhook: WebhookReader = {
	verify(rawBody, headers, secret) {
		if (secret === '') return false;
		const header = headers['x-signature'];
		const [, hex] = typeof header === 'string' ? (/^sha256=([0-9a-f]{64})$/i.exec(header.trim()) ?? []) : [];
		if (hex === undefined) return false;
		return timingSafeEqual(Buffer.from(hex, 'hex'), createHmac('sha256', secret).update(rawBody).digest());
	},
	read(rawBody) {
		const body = parseJson(rawBody.toString('utf8'));
		if (body === undefined) throw new ImageError('malformedResponse', { message: 'The webhook body is not JSON' });
		const payload = readValue(webhookPayload, body, 'The webhook payload');
		return {
			eventId: payload.eventId,
			timestamp: payload.timestamp ?? null,
			status: payload.status,
			snapshot: fromWebhook(payload),
			payload,
		};
	},
};
