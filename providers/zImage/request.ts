import type { ImageRequest } from '../../model/request';
import { sizeOf } from './sizes';
import type { GenerateBody } from './wire';

/** The request in the document's fields, for one image: one body for each image of the batch. */
export function toGenerateBody(request: ImageRequest, batchId: string, index: number): GenerateBody {
	const { prompt, negativePrompt, seed, count, extras = {} } = request;
	const numberIn = (name: string) => (typeof extras[name] === 'number' ? extras[name] : undefined);
	const steps = numberIn('steps');
	const guidance = numberIn('guidanceScale');
	const truncation = numberIn('cfgTruncation');
	const length = numberIn('maxSequenceLength');
	return {
		prompt,
		...sizeOf(request),
		...(negativePrompt === undefined ? {} : { negative_prompt: negativePrompt }),
		// The same seed would make the same image `count` times.
		...(seed === undefined ? {} : { seed: seed + index }),
		...(steps === undefined ? {} : { num_inference_steps: steps }),
		...(guidance === undefined ? {} : { guidance_scale: guidance }),
		...(typeof extras['cfgNormalization'] === 'boolean' ? { cfg_normalization: extras['cfgNormalization'] } : {}),
		...(truncation === undefined ? {} : { cfg_truncation: truncation }),
		...(length === undefined ? {} : { max_sequence_length: length }),
		metadata: { batch_id: batchId, batch_index: index, batch_size: count },
	};
}
