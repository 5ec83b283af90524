import { imageSaas } from '../../providers/imageSaas/definition';
import { endpointOf } from './endpoints';

const credential = { baseUrl: 'https://images.example', apiKey: 'img_one', requestsPerMinute: 60, jobsInFlight: 5 };

it('the same credential is the same endpoint for everyone who asks, at once or later', async () => {
	const [a, b] = await Promise.all([endpointOf(imageSaas, credential), endpointOf(imageSaas, { ...credential })]);
	expect(a).toBe(b);
	expect(await endpointOf(imageSaas, { ...credential, baseUrl: 'https://images.example/' })).toBe(a);
});

it.each([{ baseUrl: 'https://other.example' }, { apiKey: 'img_two' }, { requestsPerMinute: 30 }, { jobsInFlight: 0 }, { allowedHosts: 'minio' }])('another %j is another endpoint', async (patch) => {
	expect(await endpointOf(imageSaas, { ...credential, ...patch })).not.toBe(await endpointOf(imageSaas, credential));
});

it('another provider with the same credential is another endpoint', async () => {
	expect(await endpointOf({ ...imageSaas, id: 'other' }, credential)).not.toBe(await endpointOf(imageSaas, credential));
});

it('a credential that cannot be used is refused by the field', async () => {
	await expect(endpointOf(imageSaas, { ...credential, apiKey: '' })).rejects.toMatchObject({ code: 'invalidRequest', message: expect.stringContaining('apiKey') as string });
});
