import type { INodeProperties } from 'n8n-workflow';
import { optionsField } from '../parameters/commonFields';

export type Operation = 'zip' | 'contactSheet' | 'convert' | 'thumbnail' | 'metadata' | 'save';

const option = (operations: readonly Operation[], field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { show: { '/operation': [...operations] } },
});

/** The options of all operations, each shown for those that use it. */
export const options = optionsField([
	option(['convert', 'contactSheet'], {
		displayName: 'Background',
		name: 'background',
		type: 'color',
		default: '#ffffff',
		description: 'Color behind transparent and empty areas',
	}),
	option(['contactSheet'], {
		displayName: 'Caption Color',
		name: 'color',
		type: 'color',
		default: '#202020',
		description: 'Color of the captions',
	}),
	option(['contactSheet'], {
		displayName: 'Caption Lines',
		name: 'captionLines',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10 },
		default: 3,
		description: 'Most lines of a caption; a longer one is cut off',
	}),
	option(['contactSheet'], {
		displayName: 'Caption Text',
		name: 'captionText',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.request.prompt }}',
		description: 'Text to use instead of the captions chosen above',
	}),
	option(['convert'], {
		displayName: 'Enlarge',
		name: 'enlarge',
		type: 'boolean',
		default: false,
		description: 'Whether to enlarge images that are smaller than width and height',
	}),
	option(['convert'], {
		displayName: 'Fit',
		name: 'fit',
		type: 'options',
		options: [
			{
				name: 'Contain',
				value: 'contain',
				description: 'The whole image is visible; the background fills the rest',
			},
			{
				name: 'Cover',
				value: 'cover',
				description: 'The image fills the area; what does not fit is cut off',
			},
			{ name: 'Fill', value: 'fill', description: 'The image is stretched' },
			{ name: 'Inside', value: 'inside', description: 'The image is at most as large as width and height' },
			{
				name: 'Outside',
				value: 'outside',
				description: 'The image is at least as large as width and height',
			},
		],
		default: 'inside',
		description: 'How an image with another aspect ratio is fitted to width and height',
	}),
	option(['zip'], {
		displayName: 'Include Manifest in JSON',
		name: 'includeManifest',
		type: 'boolean',
		default: false,
		description: 'Whether to add the content of the manifest to the item as well',
	}),
	option(['convert'], {
		displayName: 'Keep Metadata',
		name: 'keepMetadata',
		type: 'boolean',
		default: false,
		description: 'Whether to keep EXIF and XMP; the color profile is always kept',
	}),
	option(['thumbnail'], {
		displayName: 'Link Days',
		name: 'linkDays',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 30 },
		default: 7,
		description:
			'Add an address of each thumbnail in n8n, e.g. for a form page. For this number of days, everybody ' +
			'who has the address can open it without signing in.',
	}),
	option(['zip', 'contactSheet', 'convert', 'thumbnail', 'metadata'], {
		displayName: 'Max Image Size (MB)',
		name: 'maxImageSize',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 64,
		description: 'Larger images are an error',
	}),
	option(['metadata'], {
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		type: 'string',
		default: '',
		description: 'Negative prompt to write; empty for the negative prompt of the item',
	}),
	option(['save'], {
		displayName: 'Overwrite',
		name: 'overwrite',
		type: 'boolean',
		default: false,
		description:
			'Whether to replace a file that has the same name and other content. If off, the new file gets a ' +
			'number.',
	}),
	option(['metadata'], {
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		default: '',
		description: 'Prompt to write; empty for the prompt of the item',
	}),
	option(['contactSheet'], {
		displayName: 'Quality',
		name: 'quality',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 85,
		description: 'Quality of JPEG, WebP and AVIF files, from 1 to 100',
	}),
]);
