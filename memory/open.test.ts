import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openMemory } from './open.ts';
import { newFolder } from './testing/samples.ts';

test('all callers of a folder share one memory until it is closed', async () => {
	const folder = newFolder();
	const [memory, same] = await Promise.all([openMemory({ folder }), openMemory({ folder: join(folder, '.') })]);
	expect(memory.problem).toBeNull();
	expect(same).toBe(memory);
	await memory.close();
	const again = await openMemory({ folder });
	expect(again).not.toBe(memory);
	expect(again.digest('a', 'b')).toBe(memory.digest('a', 'b'));
	await again.close();
	rmSync(folder, { recursive: true });
});
