import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { prepareFile, type SourceFile } from '../../images/prepare';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { ImageError, outcomeOf } from '../../model/errors';
import type { Reference } from '../../model/request';
import { checkRequest } from '../../providers/requestCheck';
import { downloadPicture } from '../pictures/downloadFile';
import { formField } from '../parameters/formFields';
import { generate } from '../generate/generate';
import { readRequest } from '../generate/readRequest';
import type { GenerateOptions } from '../generate/task';
import { fileOf } from '../pictures/inputFile';
import { readReferences } from './references';

type ComposeOptions = GenerateOptions & { fitReferences?: boolean };

/** Whether all items together make one request. The option exists since version 1.1. */
const isTogether = (context: IExecuteFunctions) =>
	context.getNodeParameter('options.referencesFrom', 0, 'item') === 'all';

/**
 * Image Generate with references. It reads the references first. After it has checked the fields of all items, it
 * inspects and converts the references.
 */
export async function compose(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await generate(context, {
		isTogether,
		read: (_context, provider, itemIndex, options) => {
			const { strength } = provider.capabilities;
			return {
				...readRequest(context, provider, itemIndex, options),
				...(strength ? { strength: Number(formField(context, 'strength', itemIndex, 0.5)) } : {}),
				references: readReferences(
					context,
					isTogether(context) ? [...context.getInputData().keys()] : [itemIndex],
				),
			};
		},
		prepare: async (_context, { provider, request }, options, endpoint) => {
			const references: Reference[] = [];
			for (const [index, reference] of (request.references ?? []).entries()) {
				const prepared = await outcomeOf(prepare(context, reference, endpoint, options));
				if (!prepared.ok)
					throw prepared.error.code === 'canceled'
						? prepared.error
						: referenceError(prepared.error, index + 1, reference);
				references.push(prepared.value);
			}
			const ready = { ...request, references };
			checkRequest(provider, ready);
			return ready;
		},
	});
}

async function prepare(
	context: IExecuteFunctions,
	reference: Reference,
	endpoint: Endpoint,
	{ fitReferences = false }: ComposeOptions,
): Promise<Reference> {
	const { references: limits } = endpoint.provider.capabilities;
	if (!limits || (reference.kind === 'url' && limits.kinds.includes('url'))) return reference;
	const file = reference.kind === 'url' ? await downloaded(context, reference.url, endpoint) : reference;
	const signal = context.getExecutionCancelSignal();
	const store = async (data: Buffer, fileName: string, mimeType: string) =>
		fileOf(context, await context.helpers.prepareBinaryData(data, fileName, mimeType), fileName);
	return { kind: 'binary', ...(await prepareFile(file, limits, { fit: fitReferences, store, signal })) };
}

/**
 * Downloads a reference for a provider that takes files. The file is kept in n8n's binary store, so that a repeated
 * request can send it again.
 */
async function downloaded(context: IExecuteFunctions, url: string, endpoint: Endpoint): Promise<SourceFile> {
	const { data, fileName } = await downloadPicture(context, url, endpoint, context.getExecutionCancelSignal());
	return fileOf(context, data, fileName);
}

/**
 * The error with the reference's position and name. A URL is shortened to its host, because its query can contain a
 * secret.
 */
function referenceError(
	{ code, message, hint, retryable, httpStatus, cause }: ImageError,
	position: number,
	reference: Reference,
): ImageError {
	const name = reference.kind === 'url' ? new URL(reference.url).host : reference.fileName;
	return new ImageError(code === 'malformedResponse' ? 'invalidRequest' : code, {
		message: `Reference ${position} (${name}) ${reference.kind === 'url' ? `cannot be used: ${message}` : message}`,
		hint,
		retryable,
		httpStatus,
		delivery: 'notSent',
		cause,
	});
}
