import { Readable } from 'node:stream';
import type { IBinaryData, IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { withoutSecretFields } from '../../http/secretFields';
import { withExtension } from '../../images/fileName';
import { defaultImageLimits, receiveImage } from '../../images/receive';
import { safeFileName } from '../../model/fileName';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import { imageName } from '../../model/imageName';
import { binaryName } from '../items/items';
import { unknownImage } from '../operations/operation';
import type { Call } from './serverRequest';

/**
 * An answer in the form for the journal: the images are taken out of the JSON, and the server's tokens and keys are
 * removed.
 */
export function resultOf(call: Call, answer: unknown): JobSnapshot {
	const json = withoutSecretFields(call.item(answer).json) as IDataObject;
	const listed = Array.isArray(json['images']) ? (json['images'] as unknown[]) : [];
	return call.result(
		json,
		listed.flatMap((image, index) => imageIn(image, index)),
	);
}

/** Takes the bytes of an image out of the JSON. */
function imageIn(image: unknown, index: number): DeliveredImage[] {
	if (typeof image !== 'object' || image === null) return [];
	const { base64, filename } = image as { base64?: unknown; filename?: unknown };
	if (typeof base64 !== 'string' || base64 === '') return [];
	(image as IDataObject)['base64'] = null;
	const fileName = safeFileName(typeof filename === 'string' ? filename : null, imageName(index));
	const inline = Buffer.from(base64.replace(/^data:[^,]*,/, ''), 'base64');
	return [{ ...unknownImage, index, fileName, inline }];
}

/** The item of an answer: its JSON, and its images or its file as binary data. */
export async function itemOf(call: Call, { output = {}, images }: JobSnapshot): Promise<INodeExecutionData> {
	const binary: IBinaryKeyData = {};
	for (const image of images) {
		if (!image.inline) continue;
		// Only a file that is the complete answer has a type.
		const name = image.mimeType === null ? binaryName(image.index) : 'data';
		binary[name] = await stored(call, image, Readable.from([image.inline]));
	}
	return { ...call.item(output), ...(Object.keys(binary).length > 0 ? { binary } : {}) };
}

async function stored(
	{ context: { helpers } }: Call,
	{ fileName, mimeType }: DeliveredImage,
	bytes: Readable,
): Promise<IBinaryData> {
	if (mimeType !== null) return await helpers.prepareBinaryData(bytes, fileName, mimeType);
	const received = await receiveImage(bytes, defaultImageLimits, 'the server', (copy, facts) =>
		helpers.prepareBinaryData(copy, withExtension(fileName, facts.extension), facts.mimeType),
	);
	return received.stored;
}
