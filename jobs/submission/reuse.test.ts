import type { DeliveredImage } from '../../model/job';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess } from '../../test/support/makeAt';

const request = { prompt: 'A cat', count: 1 };
const image: DeliveredImage = {
	index: 0,
	url: null,
	inline: Buffer.from('a picture'),
	fileName: 'a.png',
	mimeType: 'image/png',
	width: null,
	height: null,
	bytes: null,
	seed: null,
};

/** A journal with one finished job, whose image is kept or is gone. */
async function withFinishedJob(isKept: boolean) {
	const fake = fakeEndpoint({ jobMs: 0 });
	const { clock, endpoint } = fake;
	const memory = memoryInProcess(clock);
	const results = new Map<string, Uint8Array>();
	Object.assign(memory, {
		results: {
			put: async (ref: string, index: number, bytes: Uint8Array) => void results.set(`${ref} ${index}`, bytes),
			get: async (ref: string, index: number) => results.get(`${ref} ${index}`) ?? null,
		},
	});
	const { submit } = endpoint.session;
	endpoint.session.submit = async (...args) => ({ ...(await submit(...args)), images: [image] });
	const making = makingOver(memory, clock);
	const choice = choiceOf(endpoint, request);
	await clock.until(making([choice], 'first'));
	if (!isKept) results.clear();
	const wanted = {
		lineage: 'second',
		rootExecutionId: '2',
		requests: [choice.requestDigest],
		reuseWithinMs: 3_600_000,
	};
	return { ...fake, making, choice, wanted };
}

it.each([
	['whose images are kept is given again', true, 'reused', 1],
	['whose images are gone is made anew', false, 'new', 2],
])('a finished job of the same request %s', async (_what, isKept, how, sent) => {
	const { clock, making, choice, wanted, submits } = await withFinishedJob(isKept);
	expect(await clock.until(making([choice], 'second', { wanted }))).toMatchObject({ how });
	expect(submits).toHaveLength(sent);
});

it('a finished job at an endpoint that the node no longer has is no conflict: another is made', async () => {
	const { clock, making, wanted, submits } = await withFinishedJob(true);
	const other = fakeEndpoint({ clock, name: 'other', providerId: 'other', jobMs: 0 });
	const made = await clock.until(making([choiceOf(other.endpoint, request)], 'second', { wanted }));
	expect(made).toMatchObject({ how: 'new', snapshot: { job: { id: 'other-1' } } });
	expect([submits.length, other.submits.length]).toEqual([1, 1]);
});
