import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemory } from './open.ts';

test('all callers of a folder share one memory until it is closed', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'memory-'));
	const memory = await openMemory({ folder });
	expect(memory.problem).toBeNull();
	expect(await openMemory({ folder: join(folder, '.') })).toBe(memory);
	await memory.close();
	const again = await openMemory({ folder });
	expect(again).not.toBe(memory);
	expect(again.digest('a', 'b')).toBe(memory.digest('a', 'b'));
	await again.close();
});
