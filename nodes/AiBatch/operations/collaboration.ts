import { serverOperation, type ServerResource, text } from '../serverCall';

const getProjects = serverOperation({
	operation: 'getProjects',
	name: 'Get Projects',
	action: 'Get projects',
	description: 'List shared projects',
	method: 'GET',
	path: '/api/collaboration/projects',
});

const share = serverOperation({
	operation: 'share',
	name: 'Share',
	action: 'Share an image or project',
	description: 'Share an image or a project',
	method: 'POST',
	path: '/api/collaboration/share',
	hasFreeBody: true,
});

const getComments = serverOperation({
	operation: 'getComments',
	name: 'Get Comments',
	action: 'Get comments on an image',
	description: 'List the comments on an image',
	method: 'GET',
	path: '/api/collaboration/comments/{imageId}',
	fields: [text('imageId', 'Image ID', 'The image with the comments', { required: true })],
});

export const collaboration: ServerResource = {
	value: 'collaboration',
	name: 'Collaboration',
	operations: [getProjects, share, getComments],
};
