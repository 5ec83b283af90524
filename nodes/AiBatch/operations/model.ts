import { serverOperation, type ServerResource } from '../serverCall';

const runHuggingFace = serverOperation({
	operation: 'runHuggingFace',
	name: 'Run HuggingFace',
	action: 'Run a HuggingFace model',
	description: 'Generate with a model of HuggingFace',
	method: 'POST',
	path: '/api/huggingface',
	experimental: true,
	isPaid: true,
	hasFreeBody: true,
	withUpstream: true,
});

const runReplicate = serverOperation({
	operation: 'runReplicate',
	name: 'Run Replicate',
	action: 'Run a Replicate model',
	description: 'Generate with a model of Replicate',
	method: 'POST',
	path: '/api/replicate',
	experimental: true,
	isPaid: true,
	hasFreeBody: true,
	withUpstream: true,
});

const runLocal = serverOperation({
	operation: 'runLocal',
	name: 'Run Local',
	action: 'Run a local model',
	description: 'Generate with a model on the server itself',
	method: 'POST',
	path: '/api/local_ai',
	experimental: true,
	isPaid: true,
	hasFreeBody: true,
});

const getLocal = serverOperation({
	operation: 'getLocal',
	name: 'Get Local',
	action: 'Get local models',
	description: 'List the models on the server itself',
	method: 'GET',
	path: '/api/local_ai',
	experimental: true,
});

export const model: ServerResource = {
	value: 'model',
	name: 'Model',
	operations: [runHuggingFace, runReplicate, runLocal, getLocal],
};
