import { call, text } from '../call';

const fileId = text('fileId', 'File ID', 'As upload or the gallery tells it', { required: true });

/** The first part of the document: generating in batches, prompts, creative tools, files and settings. */
export const documented = [
	call({
		resource: 'batch', operation: 'generate', name: 'Generate', action: 'Generate a batch', description: 'Generate an image from each of several prompts; the server goes on by itself', method: 'POST', path: '/api/batch/generate', withUpstream: true, isPaid: true,
		fields: [
			text('prompts', 'Prompts', 'One a line, or an array from an expression', { typeOptions: { rows: 4 }, required: true, placeholder: 'e.g. A serene lake at dawn' }),
			text('imageSize', 'Image Size', 'Width and height in pixels', { default: '1024x1024', placeholder: 'e.g. 1024x1024' }),
		],
	}),
	call({ resource: 'batch', operation: 'getStatus', name: 'Get Status', action: 'Get the status of a batch', description: 'Ask how far a batch is and when it will be done', method: 'GET', path: '/api/batch/status/{batchId}', fields: [text('batchId', 'Batch ID', 'As Generate gives it', { required: true, default: '={{ $json.batch_id }}' })] }),
	call({ resource: 'prompt', operation: 'getSuggestions', name: 'Get Suggestions', action: 'Get prompt suggestions', description: 'Get suggested prompts', method: 'GET', path: '/api/prompt-suggestions', query: ['category', 'style'], fields: [text('category', 'Category', 'Only of this kind', { placeholder: 'e.g. landscape' }), text('style', 'Style', 'Only in this style', { placeholder: 'e.g. realistic' })] }),
	call({ resource: 'prompt', operation: 'analyze', name: 'Analyze', action: 'Analyze a prompt', description: 'Judge how good and how complex a prompt is', method: 'POST', path: '/api/analyze-prompt', isPaid: true, body: { prompt: 'prompt' }, fields: [text('prompt', 'Prompt', 'The prompt to judge', { required: true })] }),
	call({ resource: 'creative', operation: 'transferStyle', name: 'Transfer Style', action: 'Transfer a style', description: 'Give an image the style of another', method: 'POST', path: '/api/creative/style-transfer', isPaid: true, hasFreeBody: true, takesFile: true }),
	call({ resource: 'creative', operation: 'upscale', name: 'Upscale', action: 'Upscale an image', description: 'Enlarge an image', method: 'POST', path: '/api/creative/upscale', isPaid: true, hasFreeBody: true, takesFile: true }),
	call({ resource: 'creative', operation: 'createVariations', name: 'Create Variations', action: 'Create variations of an image', description: 'Make variations of an image', method: 'POST', path: '/api/creative/variations', isPaid: true, hasFreeBody: true, takesFile: true }),
	call({ resource: 'storage', operation: 'upload', name: 'Upload', action: 'Upload a file to the storage', description: 'Put a file into the cloud storage', method: 'POST', path: '/api/storage/upload', hasFreeBody: true, takesFile: true }),
	call({ resource: 'storage', operation: 'download', name: 'Download', action: 'Download a file from the storage', description: 'Get a file from the cloud storage', method: 'GET', path: '/api/storage/download/{fileId}', fields: [fileId] }),
	call({ resource: 'storage', operation: 'delete', name: 'Delete', action: 'Delete a file from the storage', description: 'Delete a file from the cloud storage', method: 'DELETE', path: '/api/storage/delete/{fileId}', fields: [fileId] }),
	call({ resource: 'file', operation: 'getGallery', name: 'Get Gallery', action: 'Get the gallery', description: 'List the generated images', method: 'GET', path: '/api/files/gallery', elsewhere: '/api/images/gallery' }),
	call({ resource: 'file', operation: 'delete', name: 'Delete', action: 'Delete an image file', description: 'Delete a generated image', method: 'DELETE', path: '/api/files/delete/{fileId}', fields: [fileId] }),
	call({ resource: 'file', operation: 'organize', name: 'Organize', action: 'Organize files', description: 'Sort and classify files', method: 'POST', path: '/api/files/organize', hasFreeBody: true }),
	call({ resource: 'file', operation: 'getHistory', name: 'Get History', action: 'Get the history', description: 'List what was generated; newer releases only', method: 'GET', path: '/api/images/history' }),
	call({ resource: 'file', operation: 'getStatistics', name: 'Get Statistics', action: 'Get the statistics of images', description: 'Count what was generated; newer releases only', method: 'GET', path: '/api/images/statistics' }),
	call({ resource: 'file', operation: 'download', name: 'Download', action: 'Download an image file', description: 'Get a generated image by its name', method: 'GET', path: '/generated_images/{filename}', fields: [text('filename', 'File Name', 'As the gallery tells it', { required: true, placeholder: 'e.g. gemini_1705750200_1.png' })] }),
	call({ resource: 'settings', operation: 'getPreferences', name: 'Get Preferences', action: 'Get the preferences', description: "Get the user's preferences", method: 'GET', path: '/api/settings/user-preferences' }),
	call({ resource: 'settings', operation: 'updatePreferences', name: 'Update Preferences', action: 'Update the preferences', description: "Change the user's preferences", method: 'PUT', path: '/api/settings/user-preferences', hasFreeBody: true }),
	call({ resource: 'settings', operation: 'getUpstreams', name: 'Get Upstreams', action: 'Get the upstreams', description: 'List the upstreams the server can use', method: 'GET', path: '/api/settings/api-providers' }),
];
