import { Readable } from 'node:stream';
import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { withoutSecretFields } from '../../http/secretFields';
import { withExtension } from '../../images/fileName';
import { defaultImageLimits, receiveImage } from '../../images/receive';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import { binaryName } from '../items/items';
import { operationResult } from '../operations/paid';

/** An image of which nothing is known but its bytes. */
export const noImage = { index: 0, url: null, mimeType: null, width: null, height: null, bytes: null, seed: null };

/**
 * An answer as the journal keeps it: the pictures inside its JSON as images, tokens and keys of the server's struck
 * out.
 */
export function resultOf(answer: unknown): JobSnapshot {
	const plain = (
		typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer : { data: answer }
	) as IDataObject;
	const json = withoutSecretFields(plain) as IDataObject;
	const images = (Array.isArray(json['images']) ? (json['images'] as unknown[]) : []).flatMap(
		(image, index): DeliveredImage[] => {
			if (typeof image !== 'object' || image === null) return [];
			const { base64, filename } = image as { base64?: unknown; filename?: unknown };
			if (typeof base64 !== 'string' || base64 === '') return [];
			(image as IDataObject)['base64'] = null;
			const fileName = typeof filename === 'string' && filename !== '' ? filename : `image_${index}`;
			return [{ ...noImage, index, fileName, inline: Buffer.from(base64.replace(/^data:[^,]*,/, ''), 'base64') }];
		},
	);
	return operationResult('aiBatch', json, images);
}

/** The item of an answer: its JSON, and its pictures or its file as binary data. */
export async function itemOf(
	context: IExecuteFunctions,
	itemIndex: number,
	{ output = {}, images }: JobSnapshot,
): Promise<INodeExecutionData> {
	const json = output as IDataObject;
	const binary: IBinaryKeyData = {};
	for (const { index, inline, fileName, mimeType } of images) {
		if (!inline) continue;
		const bytes = Readable.from([inline]);
		if (mimeType !== null) binary['data'] = await context.helpers.prepareBinaryData(bytes, fileName, mimeType);
		else
			binary[binaryName(index)] = (
				await receiveImage(bytes, defaultImageLimits, 'the server', (copy, facts) =>
					context.helpers.prepareBinaryData(copy, withExtension(fileName, facts.extension), facts.mimeType),
				)
			).stored;
	}
	return { json, pairedItem: { item: itemIndex }, ...(Object.keys(binary).length > 0 ? { binary } : {}) };
}

/** The item with the pictures inside its JSON as binary data. */
export async function withPictures(context: IExecuteFunctions, item: INodeExecutionData): Promise<INodeExecutionData> {
	const { item: itemIndex } = item.pairedItem as { item: number };
	return await itemOf(context, itemIndex, resultOf(item.json));
}
