import type { INodeExecutionData } from 'n8n-workflow';
import type { ApiStream } from '../../../http/apiClient';
import { nameInHeader } from '../../../model/fileName';
import type { NanoBananaProSession } from '../../../providers/nanoBananaPro/adapter';
import type { NanoBananaProClient } from '../../../providers/nanoBananaPro/client';
import { namesField, textField } from '../../operations/field';
import { defineOperation, type Resource } from '../../operations/operation';
import { type Call, v16Client } from './call';

const lastOfUrl = (url: string) => `${url}.split("/").pop()`;

const imageIdField = textField({
	displayName: 'Image ID',
	name: 'imageId',
	type: 'string',
	required: true,
	default: `={{ ${lastOfUrl('$json.images[0].url')} }}`,
	placeholder: 'e.g. image-001',
	description: "The last part of the image's URL",
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get the file of an image',
	action: 'Get an image',
	endpoints: ['GET /api/v1/images/{id}'],
	fields: [imageIdField],
	run: async ({ imageId }, call: Call) => await imageFile(call, imageId, (client) => client.image(imageId, call)),
});

const download = defineOperation({
	operation: 'download',
	name: 'Download',
	description: 'Get the file of an image under its own name',
	action: 'Download an image',
	endpoints: ['GET /api/v1/images/{id}/download'],
	fields: [imageIdField],
	run: async ({ imageId }, call: Call) => await imageFile(call, imageId, (client) => client.download(imageId, call)),
});

const exportZip = defineOperation({
	operation: 'export',
	name: 'Export as ZIP',
	description: 'Get several images in one ZIP file',
	action: 'Export images as ZIP',
	endpoints: ['POST /api/v1/images/export'],
	fields: [
		namesField({
			displayName: 'Image IDs',
			name: 'imageIds',
			type: 'string',
			required: true,
			default: `={{ $json.images.map((image) => ${lastOfUrl('image.url')}) }}`,
			placeholder: 'e.g. image-001, image-002',
			description: 'Separated by commas, or an array from an expression',
		}),
	],
	run: async ({ imageIds }, call: Call) => {
		const answer = await call.read((session) => v16Client(session).exportZip(imageIds, call));
		// Some servers leave out images that they cannot read. Only this header shows it.
		const isPartial = answer.headers['x-export-partial'] === 'true';
		const json = { images: imageIds.length, ...(isPartial ? { partial: true } : {}) };
		return [await call.fileItem(answer, { fileName: 'images.zip', mimeType: 'application/zip', json })];
	},
});

const deleteImage = defineOperation({
	operation: 'delete',
	name: 'Delete',
	description: 'Delete one image of a task',
	action: 'Delete an image',
	endpoints: ['DELETE /api/v1/images/{id}'],
	fields: [imageIdField],
	run: async ({ imageId }, call: Call) => {
		await v16Client(call.endpoint.session).deleteImage(imageId, call);
		return [call.item({ deleted: true, ids: [imageId] })];
	},
});

async function imageFile(
	call: Call,
	imageId: string,
	ask: (client: NanoBananaProClient) => Promise<ApiStream>,
): Promise<INodeExecutionData[]> {
	const answer = await call.read((session) => ask(v16Client(session)));
	const mimeType = answer.headers['content-type']?.split(';')[0]?.trim() ?? 'image/png';
	const named = nameInHeader(answer.headers['content-disposition']);
	return [
		await call.fileItem(answer, { fileName: named ?? `${imageId}.${mimeType.split('/')[1] ?? 'png'}`, mimeType }),
	];
}

export const image: Resource<NanoBananaProSession> = {
	value: 'image',
	name: 'Image',
	operations: [get, download, exportZip, deleteImage],
};
