import { outcomeOf } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { choiceOf, memoryInProcess, wantedFor } from '../../test/support/makeAt';
import { settle, VirtualClock, at } from '../../test/support/virtualClock';
import { JobMaker } from './jobMaker';

const request = { prompt: 'A cat', count: 1 };
const adoptWithinMs = 12 * 3_600_000;

/** A node run of an execution. It holds its records until the execution has ended. */
function bench() {
	const clock = new VirtualClock(0);
	const memory = memoryInProcess(clock);
	const maker = new JobMaker({ clock, random: () => 0, memory });
	const { endpoint, submits } = fakeEndpoint({ clock });
	const choices = [choiceOf(endpoint, request)] as const;
	const run = (lineage: string, signal?: AbortSignal) => {
		const refs: string[] = [];
		const making = outcomeOf(
			maker.make(
				[choices[0]],
				wantedFor(`key ${lineage}`, choices, { lineage, rootExecutionId: lineage, adoptWithinMs }),
				{ cost: { images: 1, usd: null }, limits: [] },
				{ deadline: at(60_000), signal, onRecord: (ref) => refs.push(ref) },
			),
		);
		const ended = async () => {
			await memory.journal.release(refs);
			await memory.journal.finish(refs, { delivered: false });
		};
		return { making, refs, ended };
	};
	return { clock, maker, submits, run };
}

it('a new run waits for the request of a stopped one that is still under way, and takes its job over', async () => {
	const { clock, maker, submits, run } = bench();
	const stopped = run('stopped');
	await settle();
	const isOver = maker.leftBehind.add(stopped.refs);
	const next = run('next');
	await clock.advance(5_000);
	// Until the outcome of the request is in the journal, no run may make the job again.
	expect(submits).toHaveLength(1);
	await stopped.making;
	await stopped.ended();
	isOver();
	await clock.advance(2_000);
	expect(await next.making).toMatchObject({
		ok: true,
		value: { how: 'adopted', snapshot: { job: { id: 'job-1' } } },
	});
	expect(submits).toHaveLength(1);
});

it('a job of an execution that goes on does not go to another run', async () => {
	const { clock, submits, run } = bench();
	run('one customer');
	await settle();
	const { making } = run('another customer');
	expect(await clock.until(making)).toMatchObject({ ok: true, value: { how: 'new' } });
	expect(submits).toHaveLength(2);
});
