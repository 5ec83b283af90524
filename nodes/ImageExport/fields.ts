import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { outputFormats } from '../../images/export/formats';
import { providers } from '../../providers/registry';

export type Operation = 'zip' | 'contactSheet' | 'convert' | 'thumbnail' | 'metadata';

const shown = (operations: readonly Operation[], field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { show: { operation: [...operations] } },
});
const formats: INodePropertyOptions[] = outputFormats.map((value) => ({ name: value.toUpperCase(), value }));
const option = (operations: readonly Operation[], field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { show: { '/operation': [...operations] } },
});

export const operationField: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Contact Sheet',
			value: 'contactSheet',
			action: 'Make a contact sheet',
			description: 'Lay the images of all items out on sheets, with captions',
		},
		{
			name: 'Convert',
			value: 'convert',
			action: 'Convert images',
			description: 'Change format or size of each image',
		},
		{
			name: 'Metadata',
			value: 'metadata',
			action: 'Write or read metadata',
			description: 'Write prompt, seed, model and job into each file, or read them',
		},
		{
			name: 'Thumbnail',
			value: 'thumbnail',
			action: 'Make thumbnails',
			description: 'Add a small copy of each image',
		},
		{
			name: 'ZIP',
			value: 'zip',
			action: 'Pack images as ZIP',
			description: 'Pack the images of all items into one archive with a manifest',
		},
	],
	default: 'zip',
};

const source: INodeProperties[] = [
	{
		displayName: 'Input Binary Fields',
		name: 'binaryFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. image_0, image_1',
		description:
			'The fields that hold the images, separated by commas. Empty: every image of the item, also those it knows by address only.',
		hint: 'The names of the input binary fields containing the images',
	},
	{
		displayName: 'Download From',
		name: 'provider',
		type: 'options',
		options: [
			{ name: 'Public Addresses', value: '' },
			...providers
				.map(({ id, displayName }) => ({ name: displayName, value: id }))
				.sort((a, b) => a.name.localeCompare(b.name)),
		],
		default: '',
		description:
			'Where images that were not downloaded yet may lie: on public addresses, and on the hosts of this backend',
	},
];

const zip: INodeProperties[] = [
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
			'Path inside the archive, without an ending; slashes make folders. Empty: its own name. Names that are alike are told apart.',
	},
];

const sheet: INodeProperties[] = [
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 50 },
		default: 4,
		description: 'Images in a row',
	},
	{
		displayName: 'Tile Size',
		name: 'tileSize',
		type: 'number',
		typeOptions: { minValue: 16, maxValue: 2048 },
		default: 256,
		description: 'Pixels of the square each image is fitted into',
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
		description: 'What stands below each image',
	},
	{
		displayName: 'Images per Sheet',
		name: 'perSheet',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500 },
		default: 60,
		description: 'Further ones get further sheets, an item each',
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: formats,
		default: 'jpeg',
		description: 'Of the sheet',
	},
];

const conversion: INodeProperties[] = [
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: formats,
		default: 'webp',
		description: 'What the images become',
	},
	{
		displayName: 'Quality',
		name: 'quality',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 85,
		description: 'Of JPEG, WebP and AVIF, from 1 to 100',
	},
	{
		displayName: 'Width',
		name: 'width',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'In pixels; 0 leaves it to the height',
	},
	{
		displayName: 'Height',
		name: 'height',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'In pixels; 0 leaves it to the width',
	},
];

const thumbnail: INodeProperties[] = [
	{
		displayName: 'Size',
		name: 'size',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 256,
		description: 'Longest side in pixels',
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: formats,
		default: 'webp',
		description: 'Of the thumbnails',
	},
];

const metadata: INodeProperties[] = [
	{
		displayName: 'Mode',
		name: 'metadataMode',
		type: 'options',
		options: [
			{ name: 'Read', value: 'read', description: 'Add what the files say as metadata' },
			{ name: 'Write', value: 'write', description: 'Write what the item says into the files' },
		],
		default: 'write',
		description: 'Whether to write into the files or to read them',
	},
];

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		option(['convert', 'contactSheet'], {
			displayName: 'Background',
			name: 'background',
			type: 'color',
			default: '#ffffff',
			description: 'Behind what is transparent or left free',
		}),
		option(['contactSheet'], {
			displayName: 'Caption Color',
			name: 'color',
			type: 'color',
			default: '#202020',
			description: 'Of the letters',
		}),
		option(['contactSheet'], {
			displayName: 'Caption Lines',
			name: 'captionLines',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 10 },
			default: 3,
			description: 'Longer captions are cut off',
		}),
		option(['contactSheet'], {
			displayName: 'Caption Text',
			name: 'captionText',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $json.request.prompt }}',
			description: 'Instead of the captions chosen above',
		}),
		option(['convert'], {
			displayName: 'Enlarge',
			name: 'enlarge',
			type: 'boolean',
			default: false,
			description: 'Whether smaller images are made larger',
		}),
		option(['convert'], {
			displayName: 'Fit',
			name: 'fit',
			type: 'options',
			options: [
				{
					name: 'Contain',
					value: 'contain',
					description: 'All of it is seen, the rest filled with the background',
				},
				{ name: 'Cover', value: 'cover', description: 'All is filled, what stands out is cut' },
				{ name: 'Fill', value: 'fill', description: 'Stretched' },
				{ name: 'Inside', value: 'inside', description: 'No larger than width and height' },
				{ name: 'Outside', value: 'outside', description: 'No smaller than width and height' },
			],
			default: 'inside',
			description: 'How an image of other proportions gets width and height',
		}),
		option(['zip'], {
			displayName: 'Include Manifest in JSON',
			name: 'includeManifest',
			type: 'boolean',
			default: false,
			description: 'Whether to put the content of the manifest in the archive into the item as well',
		}),
		option(['convert'], {
			displayName: 'Keep Metadata',
			name: 'keepMetadata',
			type: 'boolean',
			default: false,
			description: 'Whether EXIF and XMP stay; the colour profile always does',
		}),
		{
			displayName: 'Max Image Size (MB)',
			name: 'maxImageSize',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 64,
			description: 'Larger images are not taken',
		},
		option(['metadata'], {
			displayName: 'Negative Prompt',
			name: 'negativePrompt',
			type: 'string',
			default: '',
			description: 'Instead of what the item says',
		}),
		option(['metadata'], {
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			default: '',
			description: 'Instead of what the item says',
		}),
		option(['contactSheet'], {
			displayName: 'Quality',
			name: 'quality',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 85,
			description: 'Of JPEG, WebP and AVIF, from 1 to 100',
		}),
	],
};

export const exportFields: INodeProperties[] = [
	operationField,
	...zip.map((field) => shown(['zip'], field)),
	...sheet.map((field) => shown(['contactSheet'], field)),
	...conversion.map((field) => shown(['convert'], field)),
	...thumbnail.map((field) => shown(['thumbnail'], field)),
	...metadata.map((field) => shown(['metadata'], field)),
	...source,
	options,
];
