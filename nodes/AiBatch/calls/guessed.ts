import { call, text } from '../call';

const imageId = text('imageId', 'Image ID', 'The image', { required: true });
const experimental = true;

/** The second part of the document, which guesses from the names of files what there may be. */
export const guessed = [
	call({ experimental, resource: 'auth', operation: 'login', name: 'Log In', action: 'Log in', description: 'Log in; the token of the answer is struck out', method: 'POST', path: '/api/auth/login', hasFreeBody: true }),
	call({ experimental, resource: 'auth', operation: 'logout', name: 'Log Out', action: 'Log out', description: 'Log out', method: 'POST', path: '/api/auth/logout', hasFreeBody: true }),
	call({ experimental, resource: 'auth', operation: 'register', name: 'Register', action: 'Register a user', description: 'Register a user', method: 'POST', path: '/api/auth/register', hasFreeBody: true }),
	call({ experimental, resource: 'user', operation: 'get', name: 'Get', action: 'Get the user', description: 'Get the profile', method: 'GET', path: '/api/user' }),
	call({ experimental, resource: 'user', operation: 'update', name: 'Update', action: 'Update the user', description: 'Change the profile', method: 'PUT', path: '/api/user', hasFreeBody: true }),
	call({ experimental, resource: 'key', operation: 'getAll', name: 'Get Many', action: 'Get many keys', description: 'List the keys stored on the server; the keys themselves are struck out', method: 'GET', path: '/api/keys' }),
	call({ experimental, resource: 'key', operation: 'create', name: 'Create', action: 'Create a key', description: 'Store the upstream key of the credential on the server', method: 'POST', path: '/api/keys', hasFreeBody: true, withUpstream: true }),
	call({ experimental, resource: 'key', operation: 'delete', name: 'Delete', action: 'Delete a key', description: 'Delete a stored key', method: 'DELETE', path: '/api/keys/{keyId}', fields: [text('keyId', 'Key ID', 'The stored key', { required: true })] }),
	call({ experimental, resource: 'model', operation: 'runHuggingFace', name: 'Run HuggingFace', action: 'Run a HuggingFace model', description: 'Generate with a model of HuggingFace', method: 'POST', path: '/api/huggingface', isPaid: true, hasFreeBody: true, withUpstream: true }),
	call({ experimental, resource: 'model', operation: 'runReplicate', name: 'Run Replicate', action: 'Run a Replicate model', description: 'Generate with a model of Replicate', method: 'POST', path: '/api/replicate', isPaid: true, hasFreeBody: true, withUpstream: true }),
	call({ experimental, resource: 'model', operation: 'runLocal', name: 'Run Local', action: 'Run a local model', description: 'Generate with a model on the server itself', method: 'POST', path: '/api/local_ai', isPaid: true, hasFreeBody: true }),
	call({ experimental, resource: 'model', operation: 'getLocal', name: 'Get Local', action: 'Get local models', description: 'List the models on the server itself', method: 'GET', path: '/api/local_ai' }),
	call({ experimental, resource: 'image', operation: 'process', name: 'Process', action: 'Process an image', description: 'Enlarge, filter or convert an image', method: 'POST', path: '/api/image/process', isPaid: true, hasFreeBody: true, takesFile: true }),
	call({ experimental, resource: 'image', operation: 'getAll', name: 'Get Many', action: 'Get many images', description: 'List images', method: 'GET', path: '/api/images' }),
	call({ experimental, resource: 'image', operation: 'get', name: 'Get', action: 'Get an image', description: 'Get what is known of an image', method: 'GET', path: '/api/images/{imageId}', fields: [imageId] }),
	call({ experimental, resource: 'image', operation: 'delete', name: 'Delete', action: 'Delete an image', description: 'Delete an image', method: 'DELETE', path: '/api/images/{imageId}', fields: [imageId] }),
	call({ experimental, resource: 'workflow', operation: 'getAll', name: 'Get Many', action: 'Get many workflows', description: 'List workflows of the server', method: 'GET', path: '/api/workflow' }),
	call({ experimental, resource: 'workflow', operation: 'create', name: 'Create', action: 'Create a workflow', description: 'Make or run a workflow of the server', method: 'POST', path: '/api/workflow', isPaid: true, hasFreeBody: true }),
	call({ experimental, resource: 'monitoring', operation: 'getServiceHealth', name: 'Get Service Health', action: 'Get the health of the monitoring service', description: 'Ask whether the service is healthy', method: 'GET', path: '/api/monitoring/health' }),
];
