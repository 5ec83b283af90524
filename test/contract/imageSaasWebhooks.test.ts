import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { imageSaasWebhook } from '../../providers/imageSaas/webhook';
import { dialects, useSandbox } from '../support/imageSaasContract';
import { type Loopback, loopback } from '../support/loopback';
import { never } from '../../jobs/runtime/clock';

const { sandbox, calm, open } = useSandbox();
const secret = 'whsec_contract';

interface Letter {
	body: Buffer;
	headers: IncomingHttpHeaders;
}

describe.each(dialects)('what Image SaaS announces in dialect %s', (dialect) => {
	let receiver: Loopback;
	let letters: Letter[] = [];
	let answer = 200;
	/** Called for each delivery, so that tests need not check at intervals. */
	let arrived: () => void = () => undefined;
	const inDialect = <T>(document: T, real: T) => (dialect === 'document' ? document : real);

	beforeEach(async () => {
		letters = [];
		answer = 200;
		receiver = await loopback((request, response) => {
			void buffer(request).then((body) => {
				letters.push({ body, headers: request.headers });
				response.writeHead(answer).end();
				arrived();
			});
		});
		calm(dialect, { webhookUrl: receiver.url, webhookSecret: secret, webhookRetryDelaysMs: [5, 5, 5] });
	});
	afterEach(() => receiver.close());

	const received = async (count: number) => {
		while (letters.length < count)
			await new Promise<void>((resolve) => {
				arrived = resolve;
			});
		return letters.slice(0, count);
	};
	const verified = ({ body, headers }: Letter) => imageSaasWebhook.verify(body, headers, secret);
	const read = ({ body }: Letter) => imageSaasWebhook.read(body);
	/** Sends chosen webhooks for a job and returns what arrived here. */
	const drill = async (jobId: string | null, how: string | string[], more: object = {}): Promise<Letter[]> => {
		const before = letters.length;
		const response = await fetch(`${sandbox().url}/__sandbox/webhooks`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ jobId, how, ...more }),
		});
		expect(response.status).toBe(200);
		return letters.slice(before);
	};
	/** A job that has ended and whose webhook was sent. */
	const announced = async (prompt = 'A cat') => {
		const { submit, until } = open();
		const done = await until(await submit({ prompt, count: 2 }));
		await received(1);
		return done;
	};

	it('is signed and has the same content as a poll', async () => {
		const { submit, until, look } = open();
		for (const prompt of ['Good 灯塔', 'Bad [fail:PROVIDER_ERROR]']) {
			const before = letters.length;
			const { job } = await until(await submit({ prompt, count: 2 }));
			const [letter] = (await received(before + 1)).slice(-1);
			if (!letter) throw new Error('One came');
			expect(verified(letter)).toBe(true);
			const delivery = read(letter);
			const own = await look(job.id ?? '');
			if (!own.ok) throw own.error;
			expect(delivery).toMatchObject({
				status: job.status.toUpperCase(),
				snapshot: {
					job: {
						id: job.id,
						status: job.status,
						completed: own.snapshot.job.completed,
						error: own.snapshot.job.error,
					},
					images: own.snapshot.images,
				},
			});
			expect(Math.abs((delivery.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
		}
	});

	it('is not accepted with another secret', async () => {
		await announced();
		const [letter] = letters;
		for (const other of ['', 'whsec_other', secret.toUpperCase(), `${secret} `])
			expect(imageSaasWebhook.verify(letter?.body ?? Buffer.alloc(0), letter?.headers ?? {}, other)).toBe(false);
	});

	it.each(['unsigned', 'forged', 'wrongSecret'])('is not accepted when it is %s', async (how) => {
		const { job } = await announced();
		const [letter] = await drill(job.id, how);
		expect(letter && verified(letter)).toBe(false);
	});

	it.each([
		['stale', { status: 'SUCCEEDED' }],
		['unknownStatus', { snapshot: { job: { status: 'running', error: null }, images: [] } }],
		['extraFields', { status: 'SUCCEEDED' }],
		['oversized', { status: 'SUCCEEDED' }],
	])('is verified and read when it is %s', async (how, expected) => {
		const { job } = await announced();
		const [letter] = await drill(job.id, how, { bytes: 2_000_000, ageMs: 3_600_000 });
		if (!letter) throw new Error('One came');
		expect(verified(letter)).toBe(true);
		expect(read(letter)).toMatchObject({ ...expected, eventId: expect.any(String) as string });
		if (how === 'stale') expect(Date.now() - (read(letter).timestamp ?? 0)).toBeGreaterThanOrEqual(3_600_000);
	});

	it('is not a delivery if it is signed but not JSON', async () => {
		const { job } = await announced();
		const [letter] = await drill(job.id, 'invalidJson');
		if (!letter) throw new Error('One came');
		expect(verified(letter)).toBe(true);
		expect(() => read(letter)).toThrow(expect.objectContaining({ code: 'malformedResponse' }) as Error);
	});

	it('is one event, however often it is delivered', async () => {
		answer = 503;
		const { submit, until } = open();
		await until(await submit());
		const attempts = await received(4);
		expect(attempts.every(verified)).toBe(true);
		const ids = attempts.map((letter) => read(letter).eventId);
		expect(new Set(ids).size).toBe(1);
		// The real server signs each attempt with a new timestamp, so the bytes of a repeat differ.
		expect(new Set(attempts.map(({ headers }) => headers['x-signature'])).size).toBeGreaterThanOrEqual(
			inDialect(1, 2),
		);
	});

	it('may arrive in any order; the end is final', async () => {
		const { endpoint } = open();
		const { job } = await announced();
		const delivered = (await drill(job.id, 'reordered')).map(read);
		expect(delivered.map(({ snapshot }) => snapshot.job.status)).toEqual(['succeeded', 'running']);
		const wait = endpoint.jobs.wait(job.id ?? '', { deadline: never });
		for (const { snapshot } of delivered) endpoint.jobs.announce(snapshot);
		await expect(wait).resolves.toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
	});

	it('ends a wait without another poll', async () => {
		const { generate, endpoint, until } = open({ limits: { jobsInFlight: 1 } });
		const snapshot = await generate({ prompt: 'A cat', count: 2 });
		const wait = endpoint.jobs.wait(snapshot.job.id ?? '', { deadline: never, known: snapshot });
		await until(snapshot);
		const [letter] = await received(1);
		if (!letter) throw new Error('One came');
		endpoint.jobs.announce(read(letter).snapshot);
		await expect(wait).resolves.toMatchObject({
			ended: true,
			snapshot: { job: { status: 'succeeded', total: 2, completed: 2 }, images: [{ index: 0 }, { index: 1 }] },
		});
	});

	it("reports a cancel only in the document's dialect", async () => {
		const { submit, endpoint, until } = open();
		const waiting = await submit({ prompt: 'Waits [queue]' });
		await endpoint.cancel(waiting.job.id ?? '');
		// If the server sends a webhook for it, it sends that before the webhook of a job that ends later.
		const later = await until(await submit());
		await received(inDialect(2, 1));
		expect(
			letters
				.map((letter) => read(letter).snapshot.job)
				.map(({ id, status }) => [id, status])
				.sort(),
		).toEqual([...inDialect([[waiting.job.id, 'canceled']], []), [later.job.id, 'succeeded']].sort());
	});
});
