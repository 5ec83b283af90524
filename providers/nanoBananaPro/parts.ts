import type { FormPart } from '../../http/form';
import type { ImageRequest } from '../../model/request';

/** The reference images of a request as the form's `refImages`, in their order. */
export function parts({ references = [] }: ImageRequest): FormPart[] {
	return references.flatMap((reference) =>
		reference.kind === 'binary'
			? [
					{
						name: 'refImages',
						fileName: reference.fileName,
						mimeType: reference.mimeType,
						bytes: reference.bytes,
						open: reference.open,
					},
				]
			: [],
	);
}
