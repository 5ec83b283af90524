import { assertPriced, overBudget } from './budget';

it('where money is limited, a request without a price fails before anything is sent', () => {
	expect(() => assertPriced({ images: 1, usd: null }, [{ images: 5 }])).not.toThrow();
	expect(() => assertPriced({ images: 1, usd: 0.1 }, [{ usd: 5 }])).not.toThrow();
	expect(() => assertPriced({ images: 1, usd: null }, [{ images: 5 }, { usd: 5 }])).toThrow('no price is known');
});

it('names the limit, what was requested and what this item requests', () => {
	const over = { workflowId: 'w', nodeId: 'n', day: '2026-01-01' };
	expect(
		overBudget({ name: 'today', over, images: 10 }, { images: 9, usd: 0 }, { images: 4, usd: null }),
	).toMatchObject({
		code: 'quotaExceeded',
		delivery: 'notSent',
		message: expect.stringContaining('9 of 10 images were requested today, and this item requests 4'),
	});
	expect(
		overBudget({ name: 'in this execution', over, usd: 2 }, { images: 9, usd: 1.9 }, { images: 4, usd: 0.156 })
			.message,
	).toContain('$1.90 of $2.00 are spent in this execution, and this item costs about $0.156');
});

it('with limits of images and of dollars, the one that is exceeded is named', () => {
	const limit = { name: 'today', over: { lineage: 'a', nodeId: 'n' }, images: 10, usd: 2 };
	const message = (images: number, usd: number) =>
		overBudget(limit, { images: 5, usd: 1.9 }, { images, usd }).message;
	expect(message(6, 0.05)).toContain('of 10 images');
	expect(message(5, 0.156)).toContain('$1.90 of $2.00');
});
