import type { ZImageSession } from '../../../providers/zImage/adapter';
import { textField } from '../../operations/field';
import { defineOperation, type Resource } from '../../operations/operation';
import type { Call } from './answers';

const download = defineOperation({
	operation: 'download',
	name: 'Download',
	description: 'Download an image or its preview by its path',
	action: 'Download a file',
	endpoints: ['GET /generated-images/{day}/{file}'],
	fields: [
		textField({
			displayName: 'Path',
			name: 'path',
			type: 'string',
			required: true,
			default: '={{ $json.image_url }}',
			placeholder: 'e.g. /generated-images/20250101/120000_xxx.webp',
			description: 'The value of <code>image_url</code> or <code>relative_path</code> of a task or batch',
		}),
	],
	run: async ({ path }, call: Call) => {
		const { fileUrl } = await import('../../../providers/zImage/files');
		const isComplete = /^https?:\/\//i.test(path) || path.startsWith('/');
		const url = fileUrl(call.endpoint.config.baseUrl, isComplete ? path : `/generated-images/${path}`);
		const { data, fileName, facts, bytes } = await call.downloadImage(url);
		const { mimeType, width, height } = facts;
		return [{ ...call.item({ url, fileName, mimeType, width, height, bytes }), binary: { data } }];
	},
});

export const file: Resource<ZImageSession> = { value: 'file', name: 'File', operations: [download] };
