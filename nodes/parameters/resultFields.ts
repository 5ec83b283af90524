import type { INodeProperties } from 'n8n-workflow';
import { imageFieldName } from '../../model/imageName';

export const downloadField: INodeProperties = {
	displayName: 'Download Images',
	name: 'download',
	type: 'boolean',
	default: true,
	description: 'Whether to fetch the finished images as binary data: image_0, image_1 and so on',
};

/** The name of the binary fields, as an option. */
export const binaryFieldOption: INodeProperties = {
	displayName: 'Output Field Name',
	name: 'binaryField',
	type: 'string',
	default: imageFieldName,
	placeholder: 'e.g. photo',
	description:
		'Name of the binary fields of the images. A number is added: <code>image</code> gives image_0, image_1 and ' +
		'so on.',
};

/** Options of every node that returns finished jobs. */
export const resultOptions: INodeProperties[] = [
	{
		displayName: "Include Provider's Answer",
		name: 'includeRaw',
		type: 'boolean',
		default: false,
		description: "Whether to add the provider's own last answer as <code>raw</code>",
	},
	{
		displayName: 'Max Image Size (MB)',
		name: 'maxImageSize',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 64,
		description: 'Larger images are not downloaded',
	},
	{
		displayName: 'One Item per Image',
		name: 'splitImages',
		type: 'boolean',
		default: false,
		description: 'Whether to return one item per image, with the image in image_0, instead of one item per job',
	},
];
