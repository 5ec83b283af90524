import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { outputFormats } from '../../images/export/formats';

/** The fields of each operation, without those of *Options*. */

const formats: INodePropertyOptions[] = outputFormats.map((value) => ({ name: value.toUpperCase(), value }));

export const zip: INodeProperties[] = [
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: 'images.zip',
		placeholder: 'e.g. images.zip',
		description: 'Name of the archive',
	},
	{
		displayName: 'Name of Each Image',
		name: 'entryName',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.request.prompt }}',
		description:
			'Path inside the archive, without the extension; slashes make folders. If empty, the image keeps its own ' +
			'name. Equal names get a number.',
	},
];

export const sheet: INodeProperties[] = [
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 50 },
		default: 4,
		description: 'Number of images in a row',
	},
	{
		displayName: 'Tile Size',
		name: 'tileSize',
		type: 'number',
		typeOptions: { minValue: 16, maxValue: 2048 },
		default: 256,
		description: 'Side of the square that each image is fitted into, in pixels',
	},
	{
		displayName: 'Captions',
		name: 'captions',
		type: 'multiOptions',
		options: [
			{ name: 'Model', value: 'model' },
			{ name: 'Prompt', value: 'prompt' },
			{ name: 'Provider', value: 'provider' },
			{ name: 'Seed', value: 'seed' },
		],
		default: ['prompt', 'seed', 'provider'],
		description: 'Texts below each image',
	},
	{
		displayName: 'Images per Sheet',
		name: 'perSheet',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500 },
		default: 60,
		description: 'More images make more sheets, one item per sheet',
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: formats,
		default: 'jpeg',
		description: 'Format of the sheet',
	},
];

export const conversion: INodeProperties[] = [
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: formats,
		default: 'webp',
		description: 'Format that the images are converted to',
	},
	{
		displayName: 'Quality',
		name: 'quality',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 85,
		description: 'Quality of JPEG, WebP and AVIF files, from 1 to 100',
	},
	{
		displayName: 'Width',
		name: 'width',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Width in pixels; 0 follows from the height',
	},
	{
		displayName: 'Height',
		name: 'height',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Height in pixels; 0 follows from the width',
	},
];

export const thumbnail: INodeProperties[] = [
	{
		displayName: 'Size',
		name: 'size',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 256,
		description: 'Longest side of the thumbnail, in pixels',
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: formats,
		default: 'webp',
		description: 'Format of the thumbnails',
	},
];

export const metadata: INodeProperties[] = [
	{
		displayName: 'Mode',
		name: 'metadataMode',
		type: 'options',
		options: [
			{ name: 'Read', value: 'read', description: 'Add the metadata of the files to the item' },
			{
				name: 'Write',
				value: 'write',
				description: 'Write prompt, seed, model and job of the item into the files',
			},
		],
		default: 'write',
		description: 'Whether to write into the files or to read them',
	},
];

export const save: INodeProperties[] = [
	{
		displayName: 'Folder',
		name: 'folder',
		type: 'string',
		default: '~/.n8n-files/images',
		placeholder: 'e.g. ~/.n8n-files/images',
		description:
			'Full path of the folder for the files; ~ is the home folder of the user that runs n8n. Missing folders ' +
			'are made. By default, n8n allows only ~/.n8n-files.',
	},
	{
		displayName: 'Name of Each File',
		name: 'saveName',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.job.ref }}',
		description:
			'Path below the folder, without the extension; slashes make folders. If empty, the name is the ref of ' +
			"the job and the image's index, or the file's own name if the item has no job.",
	},
];
