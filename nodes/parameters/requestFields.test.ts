import { imageSaas } from '../../providers/imageSaas/definition';
import type { Capabilities, ProviderDefinition } from '../../providers/provider';
import { requestFields } from './requestFields';

const provider = (id: string, can: Partial<Capabilities>): ProviderDefinition => ({
	...imageSaas,
	id,
	capabilities: { ...imageSaas.capabilities, ...can },
});

it('a field is shown only for the providers that know it, and for a list of them, and left out where none does', () => {
	const fields = requestFields([
		provider('a', { negativePrompt: true, seed: false }),
		provider('b', { negativePrompt: false, seed: false }),
	]);
	expect(fields.find(({ name }) => name === 'negativePrompt')?.displayOptions).toEqual({
		show: { provider: ['a', 'several'] },
	});
	expect(fields.some(({ name }) => name === 'seed')).toBe(false);
});

it('providers with the same values share a field, others have one each, and a list of them has all values', () => {
	const fields = requestFields([
		provider('a', { resolutions: ['1K'] }),
		provider('b', { resolutions: ['1K'] }),
		provider('c', { resolutions: ['2K', '1K'] }),
	]).filter(({ name }) => name === 'resolution');
	expect(fields.map(({ displayOptions }) => displayOptions?.show?.['provider'])).toEqual([
		['a', 'b'],
		['c'],
		['several'],
	]);
	expect(fields.at(-1)?.options?.map((option) => 'value' in option && option.value)).toEqual(['', '1K', '2K']);
});

it('a list of providers shows no model, since each has its own', () => {
	const fields = requestFields([provider('a', { models: ['x'] })]);
	expect(fields.find(({ name }) => name === 'model')?.displayOptions).toEqual({ show: { provider: ['a'] } });
});
