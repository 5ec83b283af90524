import { endpointDigest } from '../../jobs/submission/failover';
import type { Memory } from '../../memory/memory';
import type { StoredSnapshot } from '../../memory/record';
import { newRecord, snapshot } from '../../memory/testing/samples';
import { jobError } from '../../model/errors';
import { memoryInProcess } from '../../test/support/makeAt';
import { recordEnd } from './refs';

const endpoint = { identity: 'https://api.example' };
const log = { logger: { warn: (message: string) => expect(message).toBe('no warning') } };
const filter = { credentialIds: ['credential'], limit: 1 };

/** A memory with one accepted job, as it was after its submit. */
async function memoryWith(accepted: StoredSnapshot): Promise<Memory> {
	const memory = memoryInProcess({ date: () => new Date(1_000) });
	const digest = endpointDigest(memory, endpoint);
	const record = newRecord('fox', {
		endpoint: { provider: 'imageSaas', name: 'Main', digest, credentialId: 'credential' },
	});
	await memory.journal.begin(record, []);
	await memory.journal.change(record.ref, { state: { state: 'accepted', snapshot: accepted } });
	return memory;
}

/** The recorded job after its provider announced `announced`. */
async function recordedAfter(accepted: StoredSnapshot, announced: StoredSnapshot) {
	const memory = await memoryWith(accepted);
	await recordEnd(log, async () => memory, [endpoint], 'credential', { ...announced, raw: null });
	const [record] = await memory.journal.list(filter);
	return record;
}

it('records the end that the provider announced', async () => {
	expect(await recordedAfter(snapshot('running'), snapshot('succeeded'))).toMatchObject({
		state: 'ended',
		snapshot: { job: { id: 'job-1', status: 'succeeded' } },
	});
});

it('keeps the unknown outcome of a request that the provider does not report', async () => {
	const running = snapshot('running');
	const unknown = {
		...jobError('network', { message: 'The answer was lost', hint: null }),
		outcome: 'unknown' as const,
	};
	const accepted = { ...running, job: { ...running.job, error: unknown } };
	expect(await recordedAfter(accepted, snapshot('partial'))).toMatchObject({
		snapshot: { job: { status: 'partial', error: { outcome: 'unknown', message: 'The answer was lost' } } },
	});
});

it('a success without images is not recorded: a poll completes it', async () => {
	const bare = { ...snapshot('succeeded'), images: [] };
	expect(await recordedAfter(snapshot('running'), bare)).toMatchObject({ state: 'accepted' });
});
