import type { ICredentialsDecrypted, ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { type ImageError, outcomeOf, toImageError } from '../../model/errors';

/** Releases have the one or the other. None of them costs anything. */
const paths = ['/api/health', '/health', '/api/prompt-suggestions'];
const timeoutMs = 10_000;

/**
 * Tests a credential of AI Batch: whether the server answers, and accepts the server key. The server checks the
 * upstream key only when it generates, which costs money. A request of n8n's own kind could try one path only, and no
 * path is in every release.
 */
export async function testAiBatch(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { aiBatchAdapter } = await import('../../providers/aiBatch/adapter');
	const { createApiClient } = await import('../../http/apiClient');
	const { parseJson } = await import('../../http/json');
	try {
		const config = aiBatchAdapter.endpoint(data);
		const { client } = aiBatchAdapter.connect(config, createApiClient(config));
		for (const path of paths) {
			// A healthy server can answer 503 with JSON.
			const asked = client.open({ method: 'GET', path, timeoutMs }, [503]).then((answer) => answer.text());
			const outcome = await outcomeOf(asked);
			if (outcome.ok && parseJson(outcome.value) !== undefined)
				return { status: 'OK', message: 'The server answers. It checks the upstream key when it generates.' };
			if (!outcome.ok && outcome.error.code !== 'notFound') return failed(outcome.error);
		}
		return {
			status: 'Error',
			message: `No AI Batch server answers at ${config.baseUrl}: it has none of ${paths.join(', ')}`,
		};
	} catch (thrown) {
		return failed(toImageError(thrown));
	}
}

const failed = ({ message, hint }: ImageError): INodeCredentialTestResult => ({
	status: 'Error',
	message: [message, hint].filter(Boolean).join('. '),
});
