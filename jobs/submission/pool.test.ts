import { imageSaas } from '../../providers/imageSaas/definition';
import { poolOf } from './pool';

const credential = (...more: object[]) => ({
	baseUrl: 'https://images.example',
	apiKey: 'key',
	...(more.length > 0 ? { moreEndpoints: { endpoint: more } } : {}),
});
const backup = { name: 'backup', baseUrl: 'https://backup.example', priority: 2, weight: 3 };

it('has the endpoint of the credential itself first, and then the further ones', async () => {
	const pool = await poolOf(imageSaas, credential(backup));
	expect(pool.members.map(({ settings, endpoint }) => [settings.name, endpoint.config.baseUrl])).toEqual([
		['main', 'https://images.example'],
		['backup', 'https://backup.example'],
	]);
	expect(pool.members[1]?.settings).toMatchObject({ priority: 2, weight: 3, models: [] });
	expect(pool.main).toBe(pool.members[0].endpoint);
});

it('finds the endpoint that a job names, and the main one where it names none', async () => {
	const pool = await poolOf(imageSaas, credential(backup));
	expect(pool.named(undefined)).toBe(pool.main);
	expect(pool.named('main')).toBe(pool.main);
	expect(pool.named('backup')).toBe(pool.members[1]?.endpoint);
	expect(() => pool.named('gone')).toThrow(
		expect.objectContaining({
			code: 'conflict',
			delivery: 'notSent',
			message: expect.stringContaining('"gone"') as string,
			hint: expect.stringContaining('main, backup') as string,
		}) as Error,
	);
});

it('is the same from one execution to the next, so that health is remembered', async () => {
	const pool = await poolOf(imageSaas, credential(backup));
	expect(await poolOf(imageSaas, credential(backup))).toBe(pool);
	const changed = await poolOf(imageSaas, credential({ ...backup, weight: 4 }));
	expect(changed).not.toBe(pool);
	expect(changed.main).toBe(pool.main);
	expect(await poolOf(imageSaas, credential(backup))).toBe(pool);
});

it('remembers 50 pools of one main endpoint, those used last', async () => {
	const of = (n: number) => poolOf(imageSaas, credential({ ...backup, weight: n + 1 }));
	const first = await of(0);
	const second = await of(1);
	for (let n = 2; n < 50; n++) await of(n);
	expect(await of(0)).toBe(first);
	await of(50);
	expect(await of(0)).toBe(first);
	expect(await of(1)).not.toBe(second);
});
