import { serverOperation, type ServerResource, text } from '../serverCall';

const fileId = text('fileId', 'File ID', 'An ID that an upload or the gallery returns', { required: true });

const getGallery = serverOperation({
	operation: 'getGallery',
	name: 'Get Gallery',
	action: 'Get the gallery',
	description: 'List the generated images',
	method: 'GET',
	path: '/api/files/gallery',
	alternativePath: '/api/images/gallery',
});

const deleteFile = serverOperation({
	operation: 'delete',
	name: 'Delete',
	action: 'Delete an image file',
	description: 'Delete a generated image',
	method: 'DELETE',
	path: '/api/files/delete/{fileId}',
	fields: [fileId],
});

const organize = serverOperation({
	operation: 'organize',
	name: 'Organize',
	action: 'Organize files',
	description: 'Sort and classify files',
	method: 'POST',
	path: '/api/files/organize',
	hasFreeBody: true,
});

const getHistory = serverOperation({
	operation: 'getHistory',
	name: 'Get History',
	action: 'Get the history',
	description: 'List what was generated; newer releases only',
	method: 'GET',
	path: '/api/images/history',
});

const getStatistics = serverOperation({
	operation: 'getStatistics',
	name: 'Get Statistics',
	action: 'Get the statistics of images',
	description: 'Count what was generated; newer releases only',
	method: 'GET',
	path: '/api/images/statistics',
});

const download = serverOperation({
	operation: 'download',
	name: 'Download',
	action: 'Download an image file',
	description: 'Get a generated image by its name',
	method: 'GET',
	path: '/generated_images/{filename}',
	fields: [
		text('filename', 'File Name', 'A name from the gallery', {
			required: true,
			placeholder: 'e.g. gemini_1705750200_1.png',
		}),
	],
});

export const file: ServerResource = {
	value: 'file',
	name: 'File',
	operations: [getGallery, deleteFile, organize, getHistory, getStatistics, download],
};
