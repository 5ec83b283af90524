import type { IExecuteFunctions } from 'n8n-workflow';
import { imageSaas } from '../../providers/imageSaas/definition';
import { nodeEndpoint, poolsOf } from './nodeEndpoint';

/** A credential whose API key is an expression: items 0 and 2 belong to one account, item 1 to another. */
function contextOf() {
	const reads: Array<number | undefined> = [];
	const context = {
		getNode: () => ({ name: 'Image Generate', type: 'test', typeVersion: 1, position: [0, 0], parameters: {} }),
		getCredentials: async (_type: string, itemIndex?: number) => {
			reads.push(itemIndex);
			if (itemIndex === 9) throw new Error('Node does not require credentials');
			return { baseUrl: 'http://localhost:3001', apiKey: itemIndex === 1 ? 'second' : 'first' };
		},
	} as unknown as IExecuteFunctions;
	return { context, reads };
}

it('reads the credential for each item, because its fields may hold expressions', async () => {
	const { context } = contextOf();
	const poolFor = poolsOf(context);
	const [first, second, third] = await Promise.all(
		[0, 1, 2].map(async (item) => (await poolFor(imageSaas, item)).main),
	);
	expect(first?.config.secrets).toContain('first');
	expect(second?.config.secrets).toContain('second');
	expect(third).toBe(first);
	expect(await nodeEndpoint(context, imageSaas, 1)).toBe(second);
});

it('reads it once per item and node run', async () => {
	const { context, reads } = contextOf();
	const poolFor = poolsOf(context);
	await Promise.all([poolFor(imageSaas, 0), poolFor(imageSaas, 0), poolFor(imageSaas, 1)]);
	expect(reads).toEqual([0, 1]);
});

it('names the item where no credential is chosen, and no item in a trigger', async () => {
	const { context } = contextOf();
	await expect(poolsOf(context)(imageSaas, 9)).rejects.toMatchObject({
		message: 'No credential for Image SaaS is chosen',
		description: expect.stringContaining('Item 9 belongs to Image SaaS') as string,
	});
	const trigger = {
		...context,
		getCredentials: () => Promise.reject(new Error('none')),
	} as unknown as typeof context;
	await expect(nodeEndpoint(trigger, imageSaas)).rejects.toMatchObject({
		description: 'Choose one in this node. (none)',
	});
});
