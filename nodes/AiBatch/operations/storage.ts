import { serverOperation, type ServerResource, text } from '../serverCall';

const fileId = text('fileId', 'File ID', 'An ID that an upload or the gallery returns', { required: true });

const upload = serverOperation({
	operation: 'upload',
	name: 'Upload',
	action: 'Upload a file to the storage',
	description: 'Put a file into the cloud storage',
	method: 'POST',
	path: '/api/storage/upload',
	hasFreeBody: true,
	takesFile: true,
});

const download = serverOperation({
	operation: 'download',
	name: 'Download',
	action: 'Download a file from the storage',
	description: 'Get a file from the cloud storage',
	method: 'GET',
	path: '/api/storage/download/{fileId}',
	fields: [fileId],
});

const deleteFile = serverOperation({
	operation: 'delete',
	name: 'Delete',
	action: 'Delete a file from the storage',
	description: 'Delete a file from the cloud storage',
	method: 'DELETE',
	path: '/api/storage/delete/{fileId}',
	fields: [fileId],
});

export const storage: ServerResource = {
	value: 'storage',
	name: 'Storage',
	operations: [upload, download, deleteFile],
};
