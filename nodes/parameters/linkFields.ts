import type { INodeProperties } from 'n8n-workflow';
import { defaultLinkDays, maxLinkDays } from '../items/links';

export const linkBaseOption = {
	displayName: 'Image Link URL',
	name: 'linkBase',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://n8n.example.com/webhook/image-link',
	description:
		'Production URL of the workflow <i>Image links</i>. Each finished image gets an address in ' +
		'<code>images[].link</code>, also if its provider gives none. Everybody who has a link can see its image.',
} as const satisfies INodeProperties;

export const linkDaysOption = {
	displayName: 'Image Link Days',
	name: 'linkDays',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: maxLinkDays, numberPrecision: 0 },
	default: defaultLinkDays,
	description:
		'How long n8n keeps images that came without a URL, for their links. The links of other images work as ' +
		'long as the provider keeps the image.',
} as const satisfies INodeProperties;

/** Options of every node whose items can have links to their images. */
export const linkOptions: INodeProperties[] = [linkBaseOption, linkDaysOption];
