import type { Memory, NewRecord } from '../memory/memory';
import type { StoredSnapshot } from '../memory/record';
import { refFrom } from '../model/jobRef';

const records = 100_000;

/** A job that succeeded, as the provider reports it. */
export function snapshotOf(n: number): StoredSnapshot {
	const id = `cmkuz35w${String(n).padStart(17, '0')}`;
	const at = new Date(1_700_000_000_000 + n).toISOString();
	return {
		job: {
			provider: 'imageSaas',
			id,
			status: 'succeeded',
			progress: 100,
			total: 1,
			completed: 1,
			error: null,
			idempotencyKey: `key-${n}`,
			createdAt: at,
			updatedAt: at,
		},
		images: [
			{
				index: 0,
				url: `https://images.example/results/2026/05/${id}/0.png?signature=0123456789abcdef0123456789abcdef`,
				fileName: `${id}-0.png`,
				mimeType: 'image/png',
				width: 1024,
				height: 1024,
				bytes: null,
				seed: n,
			},
		],
	};
}

/** Writes as many jobs as in a busy month, with all their states: begun, then ended, then delivered. */
export async function fill(memory: Memory): Promise<void> {
	const hash = (text: string) => memory.digest('bench', text);
	const write = async (n: number) => {
		const ref = refFrom(Buffer.from(hash(`ref ${n}`), 'base64url'));
		const execution = String(Math.floor(n / 100));
		const record: NewRecord = {
			key: hash(`key ${n}`),
			baseKey: hash(`base ${n}`),
			attempt: 0,
			lineage: hash(`lineage ${execution}`),
			rootExecutionId: execution,
			origin: {
				workflowId: 'aBcDeFgHiJkLmNoP',
				workflowName: 'Product pictures',
				nodeId: '01234567-89ab-cdef-0123-456789abcdef',
				nodeName: 'Image Generate',
				executionId: execution,
				runIndex: 0,
				itemIndex: n % 100,
				mode: 'trigger',
			},
			day: '2026-05-01',
			ref,
			wireKey: hash(`wire ${n}`),
			request: hash(`request ${n}`),
			model: 'gemini-2.5-flash-image',
			endpoint: {
				provider: 'imageSaas',
				name: 'main',
				digest: hash('endpoint'),
				credentialId: 'qRsTuVwXyZ012345',
			},
			cost: { images: 1, usd: 0.039 },
			requests: [{ part: 0, outcome: 'sent', sentAt: n, providerId: null }],
		};
		await memory.journal.begin(record, []);
		const snapshot = snapshotOf(n);
		await memory.journal.change(ref, {
			state: { state: 'ended', snapshot },
			requests: [{ part: 0, outcome: 'accepted', sentAt: n, providerId: snapshot.job.id }],
		});
		await memory.journal.finish([ref], { delivered: true });
	};
	let next = 0;
	const worker = async () => {
		while (next < records) await write(next++);
	};
	await Promise.all(Array.from({ length: 500 }, worker));
}
