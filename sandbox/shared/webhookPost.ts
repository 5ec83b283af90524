import { createHmac } from 'node:crypto';

/** The `X-Signature` of a body: `sha256=` and the hex HMAC of its exact bytes. */
export function signatureOf(body: string, secret: string): string {
	return `sha256=${createHmac('sha256', secret).update(body, 'utf8').digest('hex')}`;
}

/** Posts one webhook. Returns the status answered, or null when there was no answer within 10 s. */
export async function postWebhook(
	url: string,
	body: string,
	signature: string | null,
	abort: AbortSignal,
): Promise<number | null> {
	try {
		const answer = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				...(signature === null ? {} : { 'x-signature': signature }),
			},
			body,
			redirect: 'manual',
			signal: AbortSignal.any([abort, AbortSignal.timeout(10_000)]),
		});
		await answer.arrayBuffer();
		return answer.status;
	} catch {
		// Not connected, reset, timed out or canceled: for a sender all of these mean "not delivered".
		return null;
	}
}
