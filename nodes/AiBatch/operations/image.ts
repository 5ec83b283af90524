import { serverOperation, type ServerResource, text } from '../serverCall';

const imageId = text('imageId', 'Image ID', 'The image', { required: true });

const process = serverOperation({
	operation: 'process',
	name: 'Process',
	action: 'Process an image',
	description: 'Enlarge, filter or convert an image',
	method: 'POST',
	path: '/api/image/process',
	experimental: true,
	isPaid: true,
	hasFreeBody: true,
	takesFile: true,
});

const getAll = serverOperation({
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many images',
	description: 'List images',
	method: 'GET',
	path: '/api/images',
	experimental: true,
});

const get = serverOperation({
	operation: 'get',
	name: 'Get',
	action: 'Get an image',
	description: 'Get the details of an image',
	method: 'GET',
	path: '/api/images/{imageId}',
	experimental: true,
	fields: [imageId],
});

const deleteImage = serverOperation({
	operation: 'delete',
	name: 'Delete',
	action: 'Delete an image',
	description: 'Delete an image',
	method: 'DELETE',
	path: '/api/images/{imageId}',
	experimental: true,
	fields: [imageId],
});

export const image: ServerResource = {
	value: 'image',
	name: 'Image',
	operations: [process, getAll, get, deleteImage],
};
