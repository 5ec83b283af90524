import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { subtitleOf } from '../parameters/subtitles';
import { conversion, metadata, save, sheet, thumbnail, zip } from './operationFields';
import { type Operation, options } from './options';

const shown = (operations: readonly Operation[], field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { show: { operation: [...operations] } },
});

const operations: INodePropertyOptions[] = [
	{
		name: 'Contact Sheet',
		value: 'contactSheet',
		action: 'Make a contact sheet',
		description: 'Put the images of all items on sheets, with captions',
	},
	{
		name: 'Convert',
		value: 'convert',
		action: 'Convert images',
		description: 'Change the format or size of each image',
	},
	{
		name: 'Metadata',
		value: 'metadata',
		action: 'Write or read metadata',
		description: 'Write prompt, seed, model and job into each file, or read them from it',
	},
	{
		name: 'Save Files',
		value: 'save',
		action: 'Save images as files',
		description: 'Write the images to a folder on the disk of n8n; the items keep them',
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
];

/** The node's subtitle. It uses the text of the node panel: `Make a contact sheet`. */
export const operationSubtitle = subtitleOf(operations);

const operationField: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: operations,
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
			'The fields that hold the images, separated by commas. If empty, all images of the item are used; ' +
			'those with only a URL are downloaded.',
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
			'Where images can be downloaded from that are not in the item: public addresses, and the hosts of this ' +
			'backend',
	},
];

export const exportFields: INodeProperties[] = [
	operationField,
	...zip.map((field) => shown(['zip'], field)),
	...sheet.map((field) => shown(['contactSheet'], field)),
	...conversion.map((field) => shown(['convert'], field)),
	...thumbnail.map((field) => shown(['thumbnail'], field)),
	...metadata.map((field) => shown(['metadata'], field)),
	...save.map((field) => shown(['save'], field)),
	...source,
	options,
];
