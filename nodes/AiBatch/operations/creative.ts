import { serverOperation, type ServerResource } from '../serverCall';

const transferStyle = serverOperation({
	operation: 'transferStyle',
	name: 'Transfer Style',
	action: 'Transfer a style',
	description: 'Give an image the style of another',
	method: 'POST',
	path: '/api/creative/style-transfer',
	isPaid: true,
	hasFreeBody: true,
	takesFile: true,
});

const upscale = serverOperation({
	operation: 'upscale',
	name: 'Upscale',
	action: 'Upscale an image',
	description: 'Enlarge an image',
	method: 'POST',
	path: '/api/creative/upscale',
	isPaid: true,
	hasFreeBody: true,
	takesFile: true,
});

const createVariations = serverOperation({
	operation: 'createVariations',
	name: 'Create Variations',
	action: 'Create variations of an image',
	description: 'Make variations of an image',
	method: 'POST',
	path: '/api/creative/variations',
	isPaid: true,
	hasFreeBody: true,
	takesFile: true,
});

export const creative: ServerResource = {
	value: 'creative',
	name: 'Creative Tool',
	operations: [transferStyle, upscale, createVariations],
};
