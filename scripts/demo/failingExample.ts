import type { CredentialReference, Workflow } from '../lib/workflow';

/** Path of its webhook: opening it causes another failure. */
export const failingPath = 'failing-example';

/**
 * A workflow that pays for jobs and then fails, so that the error workflow has something to do. It belongs to the demo
 * alone. n8n runs an error workflow only for executions that a trigger started, so this one has a webhook.
 */
export function failingExample(errorWorkflow: string, imageSaasApi: CredentialReference): Workflow & { id: string } {
	return {
		id: 'imgDemoFailing00',
		name: 'Example: an execution that fails',
		settings: { executionOrder: 'v1', errorWorkflow },
		nodes: [
			{
				id: 'b0a5c1de-0001-4000-8000-000000000001',
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 0],
				parameters: { path: failingPath, responseMode: 'onReceived', options: {} },
				webhookId: 'b0a5c1de-0001-4000-8000-000000000002',
			},
			{
				id: 'b0a5c1de-0001-4000-8000-000000000003',
				name: 'Prompts',
				type: 'n8n-nodes-base.code',
				typeVersion: 2,
				position: [220, 0],
				parameters: {
					jsCode:
						"// [queue] is a marker of the sandbox: this job never leaves the provider's queue.\n" +
						"return ['A fox at dawn', 'A whale [queue]'].map((prompt) => ({ json: { prompt } }));",
				},
			},
			{
				id: 'b0a5c1de-0001-4000-8000-000000000004',
				name: 'Image Generate',
				type: 'n8n-nodes-image-pipelines.imageGenerate',
				typeVersion: 1,
				position: [440, 0],
				parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', wait: false, options: {} },
				credentials: { imageSaasApi },
			},
			{
				id: 'b0a5c1de-0001-4000-8000-000000000005',
				name: 'Stop and Error',
				type: 'n8n-nodes-base.stopAndError',
				typeVersion: 1,
				position: [660, 0],
				parameters: { errorMessage: 'An error after the jobs were paid' },
			},
		],
		connections: Object.fromEntries(
			['Webhook', 'Prompts', 'Image Generate', 'Stop and Error']
				.map((name, place, names) => [name, names[place + 1]] as const)
				.filter(([, next]) => next !== undefined)
				.map(([name, next]) => [name, { main: [[{ node: next, type: 'main', index: 0 }]] }]),
		),
	};
}
