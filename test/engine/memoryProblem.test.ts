import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { packFolder } from '../../nodes/execution/memory';
import { bench } from './sandboxed';

const { generate, books } = bench();

// There is a file at the path of the folder, so the pack cannot save anything. A process opens its memory once, so this
// test has its own file.
beforeAll(() => {
	const folder = packFolder('memory');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(dirname(folder), { recursive: true });
	writeFileSync(folder, 'not a folder');
});

it('without a memory images are still made, and the node reports it', async () => {
	const result = await generate([{ prompt: 'A cat' }]);
	expect(result.error).toBeUndefined();
	expect(result.output('Generate')[0]?.binary?.['image_0']).toBeDefined();
	const hints = result.run.data.resultData.runData['Generate']?.[0]?.hints?.map(({ message }) => message) ?? [];
	expect(hints.join()).toContain('remembered only until n8n restarts');
});

it('then a limit per day fails before any request, with the reason; a limit per execution works', async () => {
	const refused = await generate([{ prompt: 'A cat' }], { options: { budget: { limits: { imagesPerDay: 5 } } } });
	expect(refused.error?.message).toContain('what was spent today cannot be known');
	expect(books().jobs).toHaveLength(0);
	const result = await generate([{ prompt: 'A cat' }, { prompt: 'A dog' }], {
		options: { budget: { limits: { imagesPerExecution: 1 } } },
	});
	expect(result.output('Generate').map(({ json }) => (json['job'] as { status: string }).status)).toEqual([
		'succeeded',
		'failed',
	]);
});
