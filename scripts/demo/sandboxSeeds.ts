import type { Account } from './tour';
import type { SandboxProcess } from './sandbox';

/** The accounts of Image SaaS besides the usual one: their keys at the sandbox, and the names of their credentials. */
export const accounts: Record<Exclude<Account, 'usual'>, { apiKey: string; credentialName: string }> = {
	busy: { apiKey: 'img_test_often_busy', credentialName: 'Image SaaS (sandbox, often busy)' },
	off: { apiKey: 'img_test_switched_off', credentialName: 'Image SaaS (sandbox, switched off)' },
};

/** More requests than a demo sends. */
const always = 1_000_000_000;

/** The faults belong to an account each, so they hit no other workflow. */
const faults = [
	{ route: 'generate', kind: '503', tenant: 'busy', probability: 0.3, times: always },
	{ route: 'generate', kind: '429', tenant: 'busy', probability: 0.2, times: always, retryAfter: 1 },
	{ route: 'any', kind: '503', tenant: 'off', times: always },
];

const gallery = [
	{ prompt: 'A lighthouse in the fog', aspectRatio: '16:9', ageDays: 6 },
	{ prompt: 'A fox in an autumn forest', aspectRatio: '16:9', ageDays: 5 },
	{ prompt: 'A ceramic mug on a table', aspectRatio: '1:1', ageDays: 4 },
	{ prompt: 'A fox in the snow at dawn', aspectRatio: '3:2', ageDays: 3 },
	{ prompt: 'A fox at night under stars', aspectRatio: '16:9', ageDays: 2 },
	{ prompt: 'A fox on a green hill, vintage print', aspectRatio: '1:1', ageDays: 2 },
	{ prompt: 'A sailing boat at sunset', aspectRatio: '16:9', ageDays: 1 },
	{ prompt: 'A fox in the desert', aspectRatio: '4:3', sampleCount: 2, ageDays: 1 },
];

const history = [
	{ prompt: 'A bottle of perfume, first draft', count: 2, ageDays: 90 },
	{ prompt: 'A castle in winter', aspectRatio: '16:9', ageDays: 75 },
	{ prompt: 'The logo for the shop, keep', ageDays: 60 },
	{ prompt: 'A portrait of a woman at dawn', aspectRatio: '3:4', ageDays: 45 },
	{ prompt: 'A chair in pastel colours', count: 3, ageDays: 31 },
	{ prompt: 'A neon city at night', aspectRatio: '16:9', ageDays: 12 },
	{ prompt: 'An owl at midnight', ageDays: 2 },
];

/** Files for the form of the Compose workflow, by name, and the prompts that draw them. */
const samples = {
	'product-mug.png': 'A ceramic mug, plain',
	'product-bottle.png': 'A bottle of perfume, plain',
	'product-chair.png': 'A chair, plain',
	'style-sunset.png': 'Mountains at sunset',
	'style-night.png': 'A neon city at night',
};

/** Gives the sandboxes accounts with faults, and a history of jobs. They start empty each time. */
export async function seedSandboxes(sandbox: SandboxProcess): Promise<void> {
	const tenants = Object.entries(accounts).map(([tenant, { apiKey }]) => [apiKey, tenant] as const);
	await sandbox.control('imageSaas', 'PATCH', 'settings', {
		apiKeys: Object.fromEntries(tenants),
		failEvery: { busy: 3 },
	});
	await sandbox.control('imageSaas', 'POST', 'faults', faults);
	await sandbox.control('imageSaas', 'POST', 'past-jobs', gallery);
	await sandbox.control('nanoBananaPro', 'POST', 'past-tasks', history);
}

/** Draws the sample files: names and bytes. */
export async function drawSamples(sandbox: SandboxProcess): Promise<Array<{ name: string; bytes: Buffer }>> {
	const jobs = Object.values(samples).map((prompt) => ({ prompt, ageDays: 120 }));
	const { jobIds } = await sandbox.control<{ jobIds: string[] }>('imageSaas', 'POST', 'past-jobs', jobs);
	return await Promise.all(
		Object.keys(samples).map(async (name, place) => {
			const answer = await fetch(`${sandbox.urlOf('imageSaas')}/assets/${jobIds[place] ?? ''}/image_1.png`);
			return { name, bytes: Buffer.from(await answer.arrayBuffer()) };
		}),
	);
}
