import type { Workflow, WorkflowNode } from '../scripts/lib/n8nInstance';
import { base, type BenchStage, chain, promptsFrom, to } from './stage';

type Node = Omit<WorkflowNode, 'position'>;

/**
 * An HTTP Request to the stand-in with the key in a header, repeated after failures, as n8n's documentation advises.
 */
export function httpRequest(
	stage: BenchStage,
	name: string,
	method: string,
	path: string,
	body?: string,
): Node & Record<string, unknown> {
	return {
		name,
		type: `${base}httpRequest`,
		typeVersion: 4.2,
		retryOnFail: true,
		maxTries: 5,
		waitBetweenTries: 5000,
		parameters: {
			method,
			url: `=${stage.sandbox.url}${path}`,
			sendHeaders: true,
			headerParameters: { parameters: [{ name: 'Authorization', value: `Bearer ${stage.apiKey}` }] },
			...(body === undefined ? {} : { sendBody: true, specifyBody: 'json', jsonBody: body }),
			options: {},
		},
	};
}

const ended = "={{ $input.all().every((item) => ['SUCCEEDED', 'FAILED', 'CANCELED'].includes(item.json.status)) }}";

/**
 * The usual template, tuned: it loops over batches, submits each batch at once, then waits and requests each status
 * until all jobs of the batch have ended. It uses only nodes that come with n8n.
 */
export function pollingLoop(
	stage: BenchStage,
	path: string,
	{ batchSize, waitSeconds }: { batchSize: number; waitSeconds: number },
): Workflow {
	return chain(
		`Rival: loops of ${batchSize}, Wait ${waitSeconds} s`,
		[
			...promptsFrom(path),
			{ name: 'Loop', type: `${base}splitInBatches`, typeVersion: 3, parameters: { batchSize, options: {} } },
			httpRequest(
				stage,
				'Submit',
				'POST',
				'/v1/images/generate',
				"={{ JSON.stringify({ prompt: $json['body.prompts'] }) }}",
			),
			{
				name: 'Wait',
				type: `${base}wait`,
				typeVersion: 1.1,
				webhookId: `wait-${path}`,
				parameters: { amount: waitSeconds, unit: 'seconds' },
			},
			httpRequest(stage, 'Status', 'GET', '/v1/jobs/{{ $json.jobId }}'),
			{
				name: 'All done?',
				type: `${base}if`,
				typeVersion: 2.2,
				parameters: {
					conditions: {
						options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
						conditions: [
							{
								id: 'c',
								leftValue: ended,
								rightValue: '',
								operator: { type: 'boolean', operation: 'true', singleValue: true },
							},
						],
						combinator: 'and',
					},
					looseTypeValidation: true,
					options: {},
				},
			},
			{ name: 'Done', type: `${base}noOp`, typeVersion: 1, parameters: {} },
		],
		{ Loop: [[to('Done')], [to('Submit')]], 'All done?': [[to('Loop')], [to('Wait')]] },
	);
}
