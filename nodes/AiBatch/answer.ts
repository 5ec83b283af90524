import { Readable } from 'node:stream';
import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { withoutSecretFields } from '../../http/secretFields';
import { withExtension } from '../../images/fileName';
import { defaultImageLimits, receiveImage } from '../../images/receive';
import { binaryName } from '../shared/items';

/** The item with the pictures inside its JSON as binary data, and with tokens and keys of the server's struck out. */
export async function withPictures(context: IExecuteFunctions, item: INodeExecutionData): Promise<INodeExecutionData> {
	const json = withoutSecretFields(item.json) as IDataObject;
	const images = Array.isArray(json['images']) ? (json['images'] as IDataObject[]) : [];
	const binary: IBinaryKeyData = {};
	for (const [index, image] of images.entries()) {
		const { base64, filename } = image;
		if (typeof base64 !== 'string' || base64 === '') continue;
		const bytes = Buffer.from(base64.replace(/^data:[^,]*,/, ''), 'base64');
		const name = typeof filename === 'string' && filename !== '' ? filename : `image_${index}`;
		const { stored } = await receiveImage(Readable.from([bytes]), defaultImageLimits, 'the server', (copy, { mimeType, extension }) => context.helpers.prepareBinaryData(copy, withExtension(name, extension), mimeType));
		binary[binaryName(index)] = stored;
		image['base64'] = null;
	}
	return { ...item, json, ...(Object.keys(binary).length > 0 ? { binary } : {}) };
}
