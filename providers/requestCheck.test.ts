import type { ImageRequest } from '../model/request';
import { imageSaas } from './imageSaas/definition';
import type { Capabilities, ProviderDefinition } from './provider';
import { providerById, providers } from './registry';
import { checkRequest } from './requestCheck';

const check =
	(request: Partial<ImageRequest>, can: Partial<Capabilities> = {}) =>
	() =>
		checkRequest(
			{ ...imageSaas, capabilities: { ...imageSaas.capabilities, ...can } } satisfies ProviderDefinition,
			{ prompt: 'A cat', count: 1, ...request },
		);
const file = {
	kind: 'binary' as const,
	fileName: 'a.png',
	mimeType: 'image/png',
	bytes: 10,
	open: () => Promise.reject(new Error('not read here')),
};

it.each<[string, Partial<ImageRequest>, RegExp]>([
	['an empty prompt', { prompt: ' \n' }, /Prompt is empty/],
	['a prompt without end', { prompt: 'x'.repeat(32_001) }, /Prompt has 32001 characters/],
	['no images', { count: 0 }, /Count is 0; a whole number from 1 to 10/],
	['half an image', { count: 1.5 }, /Count is 1.5/],
	['no number', { count: Number.NaN }, /Count is NaN/],
	['too many images', { count: 11 }, /Count is 11/],
	[
		'a negative prompt where there is none',
		{ negativePrompt: 'blurry' },
		/Negative Prompt is not something it takes/,
	],
	['a seed where there is none', { seed: 1 }, /Seed is not something it takes/],
	['a strength where there is none', { strength: 0.5 }, /Strength is not something it takes/],
	['a model where there is none', { model: 'x' }, /Model cannot be chosen here/],
	['an unknown ratio', { aspectRatio: '7:5' }, /Aspect Ratio is "7:5"; allowed are Auto, 1:1/],
	['an unknown resolution', { resolution: '8K' }, /Resolution is "8K"; allowed are 1K, 2K, 4K/],
	['a file where only URLs are taken', { references: [file] }, /Reference 1 is a file; it takes URLs only/],
	[
		'a reference that is no URL',
		{ references: [{ kind: 'url', url: 'file:///etc/passwd' }] },
		/Reference 1 is not an http or https URL/,
	],
	[
		'two references',
		{
			references: [
				{ kind: 'url', url: 'https://a.example/' },
				{ kind: 'url', url: 'https://b.example/' },
			],
		},
		/References are 2; at most 1/,
	],
	['an unknown extra', { extras: { steps: 9 } }, /steps is not something it takes/],
	['an extra out of its list', { extras: { mode: 'fast' } }, /Mode is "fast"; allowed are final, draft/],
])('%s is refused by name', (_what, request, message) => {
	expect(check(request)).toThrow(message);
	expect(check(request)).toThrow(expect.objectContaining({ code: 'invalidRequest', delivery: 'notSent' }) as Error);
});

it('references are held to kind, type and size', () => {
	const references = { max: 2, kinds: ['binary' as const], mimeTypes: ['image/png'], maxBytes: 5, maxSide: null };
	expect(check({ references: [file] }, { references })).toThrow(/has 10 bytes; at most 5/);
	expect(check({ references: [{ ...file, mimeType: 'image/tiff' }] }, { references })).toThrow(
		/is image\/tiff; allowed are image\/png/,
	);
	expect(check({ references: [{ kind: 'url', url: 'https://a.example/' }] }, { references })).toThrow(
		/takes files only/,
	);
	expect(check({ references: [file] }, { references: null })).toThrow(/References are not something it takes/);
});

it('what the provider can do passes', () => {
	expect(
		check({
			count: 10,
			aspectRatio: '21:9',
			resolution: '4K',
			references: [{ kind: 'url', url: 'https://a.example/a.png' }],
			extras: { mode: 'draft' },
		}),
	).not.toThrow();
	expect(
		check(
			{ seed: 0, negativePrompt: 'x', strength: 1, model: 'm' },
			{ seed: true, negativePrompt: true, strength: true, models: ['m'] },
		),
	).not.toThrow();
	expect(check({ seed: -1 }, { seed: true })).toThrow(/Seed is -1/);
});

it('a refusal names the providers that can', () => {
	expect(check({ prompt: 'A', aspectRatio: '1:1' }, { aspectRatios: [] })).not.toThrow(/nobody/);
	const other = { ...imageSaas, id: 'other' };
	expect(() =>
		checkRequest(
			{ ...other, capabilities: { ...other.capabilities, aspectRatios: [] } },
			{ prompt: 'A', count: 1, aspectRatio: '1:1' },
		),
	).toThrow(
		expect.objectContaining({
			hint: expect.stringMatching(/^Providers that can: .*Image SaaS/) as string,
		}) as Error,
	);
});

it('an unknown provider is refused with those there are', () => {
	expect(() => providerById('nobody')).toThrow(
		expect.objectContaining({
			message: 'There is no provider "nobody"',
			hint: expect.stringContaining('imageSaas') as string,
		}) as Error,
	);
});

it('every provider has an id, a credential and capabilities of its own, and can be loaded', async () => {
	expect(new Set(providers.map(({ id }) => id)).size).toBe(providers.length);
	for (const provider of providers) {
		const adapter = await provider.load();
		expect(Boolean(adapter.webhook)).toBe(provider.capabilities.webhook);
		expect(provider.capabilities.maxCount).toBeGreaterThan(0);
	}
});
