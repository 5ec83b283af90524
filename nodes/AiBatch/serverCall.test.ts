import { serverOperation, text } from './serverCall';

const shown = { operation: 'get', name: 'Get', description: 'Get it', action: 'Get it' };
const batchId = text('batchId', 'Batch ID', 'The batch');

it('the endpoints are written as in the document', () => {
	const { endpoints } = serverOperation({
		...shown,
		method: 'GET',
		path: '/api/batch/{batchId}',
		alternativePath: '/api/batches/{batchId}',
		fields: [batchId],
	});
	expect(endpoints).toEqual(['GET /api/batch/{batch_id}', 'GET /api/batches/{batch_id}']);
});

it('a path that names a field which is not declared does not compile', () => {
	serverOperation({
		...shown,
		method: 'GET',
		// @ts-expect-error -- the field is called batchId
		path: '/api/batch/{batch}',
		fields: [batchId],
	});
});

it('a file and a free body bring their own fields, after those of the call', () => {
	const { fields } = serverOperation({
		...shown,
		method: 'POST',
		path: '/api/image',
		fields: [batchId],
		hasFreeBody: true,
		takesFile: true,
	});
	expect(fields.flatMap(({ properties }) => properties).map(({ name }) => name)).toEqual([
		'batchId',
		'binaryField',
		'formField',
		'bodyJson',
	]);
});
