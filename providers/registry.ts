import { ImageError } from '../model/errors';
import { aiBatch } from './aiBatch/definition';
import { gemini } from './gemini/definition';
import { imageSaas } from './imageSaas/definition';
import { jimeng } from './jimeng/definition';
import { nanoBananaPro } from './nanoBananaPro/definition';
import type { ProviderDefinition } from './provider';
import { zImage } from './zImage/definition';

/** Every provider. A new one is a folder beside this file and a line here; nothing else lists them. */
export const providers: readonly ProviderDefinition[] = [imageSaas, nanoBananaPro, zImage, jimeng, aiBatch, gemini];

/** The provider with this id. Throws `invalidRequest` that lists the known ids. */
export function providerById(id: string): ProviderDefinition {
	const provider = providers.find((candidate) => candidate.id === id);
	if (provider) return provider;
	throw new ImageError('invalidRequest', {
		message: `There is no provider "${id}"`,
		hint: `Choose one of: ${providers.map((candidate) => candidate.id).join(', ')}`,
		delivery: 'notSent',
	});
}
