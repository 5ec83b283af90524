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
	['a negative prompt where there is none', { negativePrompt: 'blurry' }, /Negative Prompt is not supported/],
	['a seed where there is none', { seed: 1 }, /Seed is not supported/],
	['a strength where there is none', { strength: 0.5 }, /Strength is not supported/],
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
	['an unknown extra', { extras: { steps: 9 } }, /steps is not supported/],
	['an extra out of its list', { extras: { mode: 'fast' } }, /Mode is "fast"; allowed are final, draft/],
])('%s is rejected with the name of the field', (_what, request, message) => {
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
	expect(check({ references: [file] }, { references: null })).toThrow(/References are not supported/);
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

it('the error names the providers that support it', () => {
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

it('the error of an unknown provider lists the known ones', () => {
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

describe('the bounds of each field', () => {
	const can = { seed: true, strength: true };

	it.each<[Partial<ImageRequest>, boolean]>([
		[{ prompt: 'x' }, true],
		[{ prompt: 'x'.repeat(32_000) }, true],
		[{ count: 1 }, true],
		[{ count: 10 }, true],
		[{ count: -1 }, false],
		[{ seed: 0 }, true],
		[{ seed: 1.5 }, false],
		[{ seed: Number.NaN }, false],
		[{ strength: 0 }, true],
		[{ strength: 0.5 }, true],
		[{ strength: 1 }, true],
		[{ strength: -0.01 }, false],
		[{ strength: 1.01 }, false],
		[{ strength: Number.NaN }, false],
		[{ references: [{ kind: 'url', url: 'http://a.example/' }] }, true],
		[{ references: [{ kind: 'url', url: 'HTTPS://a.example/' }] }, true],
		[{ references: [{ kind: 'url', url: 'xhttp://a.example/' }] }, false],
		[{ references: [{ kind: 'url', url: 'httpss://a.example/' }] }, false],
		[{ references: [{ kind: 'url', url: 'a.example' }] }, false],
	])('%j is allowed: %s', (request, isAllowed) => {
		if (isAllowed) expect(check(request, can)).not.toThrow();
		else expect(check(request, can)).toThrow(expect.objectContaining({ delivery: 'notSent' }) as Error);
	});

	it('the field is named, with what is allowed', () => {
		expect(check({ strength: 2 }, can)).toThrow('Image SaaS: Strength is 2; a number from 0 to 1 is allowed');
		expect(check({ seed: -3 }, can)).toThrow('Image SaaS: Seed is -3; a whole number from 0 is allowed');
		expect(check({ resolution: '1K' }, { resolutions: [] })).toThrow('Resolution is "1K"; it takes none');
	});

	const extra = (type: object) => ({
		extras: [{ name: 'x', displayName: 'X', description: '', default: 0, ...type } as never],
	});

	it.each<[object, unknown, string | null]>([
		[{ type: 'number' }, 1e9, null],
		[{ type: 'number' }, '5', 'X is 5; a number is allowed'],
		[{ type: 'number', min: 1, max: 3 }, 1, null],
		[{ type: 'number', min: 1, max: 3 }, 3, null],
		[{ type: 'number', min: 1, max: 3 }, 2.5, null],
		[{ type: 'number', min: 1, max: 3 }, 0.9, 'X is 0.9; a number from 1 to 3 is allowed'],
		[{ type: 'number', min: 1, max: 3 }, 3.1, 'X is 3.1; a number from 1 to 3 is allowed'],
		[{ type: 'number', min: 1, integer: true }, 2.5, 'X is 2.5; a whole number from 1 is allowed'],
		[{ type: 'number', max: 3 }, 4, 'X is 4; a number to 3 is allowed'],
		[{ type: 'number' }, Number.NaN, 'X is NaN; a number is allowed'],
		[{ type: 'boolean' }, false, null],
		[{ type: 'boolean' }, 'true', 'X is true; true or false is allowed'],
		[{ type: 'text' }, '', null],
		[{ type: 'text' }, 5, 'X is not a text'],
		[{ type: 'json' }, { a: 1 }, null],
		[{ type: 'json' }, [1], 'X is not a JSON object'],
		[{ type: 'json' }, '{}', 'X is not a JSON object'],
		[{ type: 'options', options: [{ value: 'a', name: 'A' }] }, 'a', null],
		[{ type: 'options', options: [{ value: 'a', name: 'A' }] }, { b: 1 }, 'X is "{"b":1}"; allowed are a'],
	])('an extra field %j with %j is rejected with %j', (type, value, message) => {
		const checked = check({ extras: { x: value as never } }, extra(type));
		if (message === null) expect(checked).not.toThrow();
		else expect(checked).toThrow(message);
	});
});

describe('references', () => {
	const limits = { max: 2, kinds: ['binary' as const], mimeTypes: ['image/png'], maxBytes: 10, maxSide: null };
	const url = { kind: 'url' as const, url: 'https://a.example/' };

	it('of the largest size and number allowed pass, and so do those of any size without a limit', () => {
		expect(check({ references: [file, file] }, { references: limits })).not.toThrow();
		expect(
			check({ references: [{ ...file, bytes: 1e12 }] }, { references: { ...limits, maxBytes: null } }),
		).not.toThrow();
		expect(check({ references: [file, file, file] }, { references: limits })).toThrow(/are 3; at most 2/);
		expect(check({ references: [] }, { references: null })).not.toThrow();
	});

	it('that are still to be fetched are judged by number alone', () => {
		const provider = { ...imageSaas, capabilities: { ...imageSaas.capabilities, references: limits } };
		const unprepared = (references: NonNullable<ImageRequest['references']>) => () =>
			checkRequest(provider, { prompt: 'A', count: 1, references }, { unprepared: true });
		expect(unprepared([url, { ...file, mimeType: 'image/tiff', bytes: 1e12 }])).not.toThrow();
		expect(unprepared([url, url, url])).toThrow(/are 3; at most 2/);
		expect(unprepared([{ kind: 'url', url: 'file:///etc/passwd' }])).toThrow(/not an http or https URL/);
	});

	it('say which one is wrong', () => {
		expect(check({ references: [file, { ...file, bytes: 11 }] }, { references: limits })).toThrow(
			/Reference 2 has 11 bytes; at most 10 are allowed/,
		);
	});
});

it.each<[Partial<ImageRequest>, Partial<Capabilities>, (can: Capabilities) => boolean]>([
	[{ count: 11 }, {}, (can) => can.maxCount >= 11],
	[{ count: 10_000 }, {}, (can) => can.maxCount >= 10_000],
	[{ count: 0.5 }, {}, () => false],
	[{ negativePrompt: 'x' }, {}, (can) => can.negativePrompt],
	[{ seed: 1 }, {}, (can) => can.seed],
	[{ strength: 0.5 }, {}, (can) => can.strength],
	[{ model: 'x' }, {}, (can) => can.models.length > 0],
	[{ aspectRatio: '9:21' }, {}, (can) => can.aspectRatios.includes('9:21')],
	[{ resolution: '512' }, {}, (can) => can.resolutions.includes('512')],
	[{ references: [file] }, { references: null }, (can) => can.references !== null],
	[{ references: [file] }, {}, (can) => can.references?.kinds.includes('binary') ?? false],
	[
		{ references: [1, 2, 3].map((n) => ({ kind: 'url', url: `https://a.example/${n}` })) },
		{},
		(can) => (can.references?.max ?? 0) >= 3,
	],
	[{ extras: { temperature: 1 } }, {}, (can) => can.extras.some(({ name }) => name === 'temperature')],
	[{ prompt: '' }, {}, () => false],
])('the error of %j with %j names the providers that support it', (request, can, filter) => {
	const capable = providers.filter(({ id, capabilities }) => id !== 'imageSaas' && filter(capabilities));
	const hint =
		capable.length > 0 ? `Providers that can: ${capable.map(({ displayName }) => displayName).join(', ')}` : null;
	expect(check(request, can)).toThrow(expect.objectContaining({ hint }) as Error);
});

it('a list of what is allowed is readable, and an empty list says that nothing is', () => {
	const mimeTypes = ['image/png', 'image/jpeg'];
	const references = { max: 2, kinds: ['binary' as const], mimeTypes, maxBytes: 10, maxSide: null };
	expect(check({ references: [{ ...file, mimeType: 'image/tiff' }] }, { references })).toThrow(
		/is image\/tiff; allowed are image\/png, image\/jpeg$/,
	);
	expect(check({ references: [file] }, { references })).not.toThrow();
	expect(check({ references: [{ ...file, bytes: undefined }] } as never, { references })).not.toThrow();
	expect(check({ aspectRatio: '1:1' }, { aspectRatios: [] })).toThrow(/Aspect Ratio is "1:1"; it takes none/);
});
