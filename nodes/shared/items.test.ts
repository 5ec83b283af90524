import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import type { Capabilities, ProviderDefinition } from '../../providers/provider';
import { imageSaas } from '../../providers/imageSaas/definition';
import { requestFields } from './fields';
import { instancePolicy } from './instancePolicy';
import { blankJob, isFailure, snapshotOf, splitImages, toItem } from './items';

const image = (index: number) => ({ index, url: `https://example.com/${index}.png`, fileName: `${index}.png`, mimeType: null, width: null, height: null, bytes: null, seed: null });

it('whatever JSON comes in, reading it as an item never fails', () => {
	fc.assert(fc.property(fc.jsonValue(), (job) => { snapshotOf({ job }); }));
	expect(snapshotOf({ job: { provider: 'imageSaas', status: 'PAUSED' } })).toBeUndefined();
	expect(snapshotOf({ job: null })).toBeUndefined();
});

it('an item goes through its own shape unchanged', () => {
	const snapshot = { job: { ...blankJob('imageSaas'), id: 'job-1' }, images: [image(0)], raw: { secret: 1 } };
	const { json, pairedItem } = toItem({ snapshot, request: { prompt: 'A' }, itemIndex: 3 });
	expect(json).toEqual({ job: snapshot.job, images: [image(0)], request: { prompt: 'A' } });
	expect(pairedItem).toEqual({ item: 3 });
	expect(snapshotOf(json)).toEqual({ ...snapshot, raw: null });
});

it('bytes that came inside an answer never get into the JSON', () => {
	const { json } = toItem({ snapshot: { job: blankJob('p'), images: [{ ...image(0), inline: Buffer.from('secret') }], raw: null }, request: {}, itemIndex: 0 });
	expect(json['images']).toEqual([image(0)]);
});

it('the provider\'s answer is there only when asked for', () => {
	const snapshot = { job: blankJob('p'), images: [], raw: { a: 1 } };
	expect(toItem({ snapshot, request: {}, itemIndex: 0 }).json).not.toHaveProperty('raw');
	expect(toItem({ snapshot, request: {}, itemIndex: 0, includeRaw: true }).json).toHaveProperty('raw', { a: 1 });
});

it('an item without or with one image is not split', () => {
	const item: INodeExecutionData = { json: { images: [image(0)] as never } };
	expect(splitImages(item)).toEqual([item]);
});

it.each([
	['failed', null, true],
	['canceled', null, true],
	['succeeded', null, false],
	['partial', { code: 'upstream' }, false],
	['succeeded', { code: 'notFound' }, true],
	['running', { code: 'network' }, false],
])('a job that is %s with error %j counts as failure: %s', (status, error, expected) => {
	expect(isFailure({ job: { ...blankJob('p'), status, error } as never, images: [], raw: null })).toBe(expected);
});

const provider = (id: string, can: Partial<Capabilities>): ProviderDefinition => ({ ...imageSaas, id, capabilities: { ...imageSaas.capabilities, ...can } });

it('a field is shown only for the providers that know it, and left out where none does', () => {
	const fields = requestFields([provider('a', { negativePrompt: true, seed: false }), provider('b', { negativePrompt: false, seed: false })]);
	expect(fields.find(({ name }) => name === 'negativePrompt')?.displayOptions).toEqual({ show: { provider: ['a'] } });
	expect(fields.some(({ name }) => name === 'seed')).toBe(false);
});

it('providers with the same values share a field, others have one each', () => {
	const fields = requestFields([provider('a', {}), provider('b', {}), provider('c', { resolutions: ['2k', '4k'] })]);
	expect(fields.filter(({ name }) => name === 'resolution').map(({ displayOptions }) => displayOptions?.show?.['provider'])).toEqual([['a', 'b'], ['c']]);
});

it('n8n\'s own lists of addresses are read, "default" standing for what is refused anyway', () => {
	expect(instancePolicy({ N8N_SSRF_ALLOWED_HOSTNAMES: 'Minio:9000, files.local', N8N_SSRF_BLOCKED_IP_RANGES: 'default,203.0.113.0/24' })).toEqual({ allowedHosts: ['minio:9000', 'files.local'], allowedRanges: [], blockedHosts: [], blockedRanges: ['203.0.113.0/24'] });
});
