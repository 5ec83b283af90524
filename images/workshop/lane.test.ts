import { EventEmitter } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { jpegOfScans } from '../../test/support/hostileImages';
import { startChild } from './childProcess';
import { Lane } from './lane';
import type { Order } from './operations';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'image-lane-'));
const minute = 60_000;
let lane: Lane;
let started: ChildProcess[] = [];

function order(name: string, more: Partial<Order> = {}): Order {
	return {
		input: join(folder, name),
		output: join(folder, `${name}.out`),
		format: 'jpeg',
		pixels: 100_000_000,
		operation: { kind: 'inspectColors' },
		maxExtraBytes: 1e9,
		...more,
	};
}
const done = { kind: 'done', value: { onlyColor: expect.stringMatching(/^#3[2-4]6[5-7]9[89a]$/) as string } };

beforeAll(async () => {
	// It is decoded for many seconds: 2,000 scans of 16 million pixels.
	writeFileSync(join(folder, 'slow'), await jpegOfScans(4000, 4000, 2000));
	writeFileSync(join(folder, 'large'), await jpegOfScans(6000, 6000, 400));
	const small = sharp({ create: { width: 64, height: 48, channels: 3, background: '#336699' } });
	writeFileSync(join(folder, 'small'), await small.jpeg().toBuffer());
});
beforeEach(() => {
	started = [];
	lane = new Lane({
		start: () => {
			const child = startChild();
			started.push(child);
			return child;
		},
		idleMs: minute,
	});
});
afterEach(() => {
	lane.end();
});
afterAll(() => {
	rmSync(folder, { recursive: true });
});

const gone = async (child: ChildProcess | undefined) => {
	if (child?.exitCode === null && child.signalCode === null)
		await new Promise((resolve) => child.once('exit', resolve));
};

it('one process does all work, one image after the other', async () => {
	const answers = await Promise.all([1, 2, 3].map(() => lane.run(order('small'), minute)));
	expect(answers).toEqual([done, done, done]);
	expect(started).toHaveLength(1);
});

it('work that takes too long fails with a timeout, its process ends, and the next image gets a new one', async () => {
	const slow = lane.run(order('slow'), 500);
	const next = lane.run(order('small'), minute);
	await expect(slow).rejects.toMatchObject({ code: 'timeout', retryable: false });
	await expect(next).resolves.toEqual(done);
	expect(started).toHaveLength(2);
	await gone(started[0]);
});

it('a stop ends the work at once, in the queue as well as in the process', async () => {
	const stop = new AbortController();
	const works = [lane.run(order('slow'), minute, stop.signal), lane.run(order('small'), minute, stop.signal)];
	const other = lane.run(order('small'), minute);
	setTimeout(() => stop.abort(), 300);
	for (const work of works) await expect(work).rejects.toMatchObject({ code: 'canceled' });
	await expect(other).resolves.toEqual(done);
	await expect(lane.run(order('small'), minute, stop.signal)).rejects.toMatchObject({ code: 'canceled' });
	await gone(started[0]);
});

it('a process that dies fails only the image it had', async () => {
	await lane.run(order('small'), minute);
	const slow = lane.run(order('slow'), minute);
	const next = lane.run(order('small'), minute);
	started[0]?.kill('SIGKILL');
	await expect(slow).rejects.toMatchObject({
		code: 'overloaded',
		message: 'The process that works on images ended while it had this image (SIGKILL)',
	});
	await expect(next).resolves.toEqual(done);
});

it('a process that dies without work fails no image', async () => {
	await lane.run(order('small'), minute);
	started[0]?.kill('SIGKILL');
	await gone(started[0]);
	await expect(lane.run(order('small'), minute)).resolves.toEqual(done);
});

it('work that takes more memory than allowed is stopped', async () => {
	await expect(lane.run(order('large', { maxExtraBytes: 50e6 }), minute)).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('more memory') as string,
	});
	await expect(lane.run(order('small'), minute)).resolves.toEqual(done);
});

it('a file that is not what its cost was computed for is not decoded', async () => {
	await expect(lane.run(order('small', { pixels: 64 * 48 - 1 }), minute)).resolves.toMatchObject({ kind: 'failed' });
	await expect(lane.run(order('small', { format: 'png' }), minute)).resolves.toEqual({
		kind: 'failed',
		reason: 'it is jpeg, but begins like png',
	});
});

it('a process without work ends', async () => {
	lane = new Lane({
		start: () => {
			const child = startChild();
			started.push(child);
			return child;
		},
		idleMs: 1,
	});
	await lane.run(order('small'), minute);
	await gone(started[0]);
	expect(lane.pid).toBeUndefined();
});

it('a process that cannot be started is an error that says so', async () => {
	const never = Object.assign(new EventEmitter(), {
		connected: false,
		kill: () => true,
		send: (_message: unknown, sent: (error: Error) => void) => {
			sent(Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' }));
		},
	}) as unknown as ChildProcess;
	lane = new Lane({ start: () => never, idleMs: minute });
	await expect(lane.run(order('small'), minute)).rejects.toMatchObject({
		code: 'overloaded',
		retryable: true,
		message: 'The process that works on images cannot be started',
	});
});

it('the process has no secret of n8n, and gives way to n8n', async () => {
	process.env['N8N_ENCRYPTION_KEY'] = 'secret-of-this-test';
	try {
		await lane.run(order('small'), minute);
		const at = `/proc/${started[0]?.pid}`;
		const names = readFileSync(`${at}/environ`, 'utf8')
			.split('\0')
			.map((entry) => entry.split('=')[0]);
		expect(names).not.toContain('N8N_ENCRYPTION_KEY');
		expect(readFileSync(`${at}/environ`, 'utf8')).not.toContain('secret-of-this-test');
		expect(readFileSync(`${at}/oom_score_adj`, 'utf8').trim()).toBe('1000');
		// It holds a container's limit of threads in mind.
		expect(readdirSync(`${at}/task`).length).toBeLessThanOrEqual(12);
	} finally {
		delete process.env['N8N_ENCRYPTION_KEY'];
	}
});
