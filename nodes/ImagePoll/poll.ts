import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { endpointDigest } from '../../jobs/submission/failover';
import { keepResult } from '../../jobs/submission/storedSnapshot';
import { ImageError, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { packMemory } from '../execution/memory';
import { inputError, toNodeError } from '../execution/errors';
import { blankJob, isFailure, jobNotMade, splitImages, toItem, typeDifferencesOf, withError } from '../items/items';
import { type JobRef, readJobRef } from '../items/jobRef';
import { readerOf, readMaxWait, textParameter } from '../parameters/parameters';
import { createPictures } from '../pictures/pictures';
import { keepUnknownOutcome } from '../items/unknownOutcome';
import { type Progress, progressOf } from '../execution/progress';

type PollOptions = { includeRaw?: boolean; maxImageSize?: number; splitImages?: boolean };

/** What is known of each item in the end; `unreachable` where its provider told us nothing at all. */
type Learned = { snapshot: JobSnapshot; unreachable?: ImageError };

const finished = 0;
const pending = 1;
const failed = 2;

/** Polls all items together, one loop an endpoint, and sorts them by how their jobs stand. */
export async function poll(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const items = context.getInputData();
	const continueOnFail = context.continueOnFail();
	const signal = context.getExecutionCancelSignal();
	const poolFor = poolsOf(context);
	const endpointOf = async ({ provider, itemIndex, endpoint }: JobRef) =>
		(await poolFor(provider, itemIndex)).named(endpoint);
	const once = context.getNodeParameter('mode', 0, 'wait') === 'once';
	const deadline = Date.now() + (once ? 0 : readMaxWait(context, 0, 600));

	const learned = new Map<number, Learned>();
	const open: Array<JobRef & { at: Endpoint }> = [];
	const parameters = readerOf(context);
	for (const itemIndex of items.keys()) {
		try {
			const ref = readJobRef(context, itemIndex, parameters);
			// An end is an end: nothing is asked, which is what makes Poll free behind a Generate that waited.
			if (
				ref.known &&
				isTerminal(ref.known.job.status) &&
				!(isMissingImages(ref.known) && ref.provider.capabilities.poll !== 'none')
			)
				learned.set(itemIndex, { snapshot: ref.known });
			else open.push({ ...ref, at: await endpointOf(ref) });
		} catch (thrown) {
			if (!continueOnFail)
				throw thrown instanceof ImageError ? toNodeError(node, inputError(thrown), { itemIndex }) : thrown;
			learned.set(itemIndex, {
				snapshot: jobNotMade(textParameter(context, 'provider', itemIndex), null, inputError(thrown), null),
			});
		}
	}

	const progress = progressOf(context, open.length);
	await Promise.all(
		[...Map.groupBy(open, ({ at }) => at)].map(async ([endpoint, refs]) => {
			const poll = once ? pollOnce : waitForAll;
			const results = await poll(endpoint, refs, { deadline, signal, progress });
			for (const [itemIndex, result] of results) learned.set(itemIndex, result);
			await noteEnds(endpoint, refs, new Map(results));
		}),
	).finally(() => progress.end());

	// A wrong key is the credential's fault and no job's; where it kept every answer away, nothing is lost by failing
	// aloud.
	const [first] = open;
	const endpointError = first && learned.get(first.itemIndex)?.unreachable;
	if (
		endpointError &&
		!continueOnFail &&
		open.length === items.length &&
		open.every(({ itemIndex }) => learned.get(itemIndex)?.unreachable?.code === 'auth')
	) {
		throw toNodeError(node, endpointError.toJobError(), {
			itemIndex: first.itemIndex,
			provider: first.provider,
			jobId: first.id,
		});
	}

	const pictures = createPictures((data, name, type) => context.helpers.prepareBinaryData(data, name, type), signal);
	const sorted = await Promise.all(
		items.map(async ({ json, binary: have }, itemIndex) => {
			let { snapshot } = learned.get(itemIndex) ?? {
				snapshot: jobNotMade(
					'',
					null,
					new ImageError('upstream', { message: 'The job was not asked after' }).toJobError(),
					null,
				),
			};
			const options = parameters.getNodeParameter('options', itemIndex, {}) as PollOptions;
			let binary = have;
			let differences = typeDifferencesOf(json);
			if (
				isTerminal(snapshot.job.status) &&
				snapshot.images.length > 0 &&
				parameters.getNodeParameter('download', itemIndex, true) === true
			) {
				const endpoint = await endpointOf(readJobRef(context, itemIndex, parameters));
				const fetched = await pictures.fetch(clearError(snapshot), endpoint, {
					have,
					maxMegabytes: options.maxImageSize,
				});
				({ snapshot, binary } = fetched);
				differences = [...differences, ...fetched.differences];
			}
			const item = toItem({
				snapshot,
				request: requestOf(json),
				binary,
				differences,
				itemIndex,
				includeRaw: options.includeRaw,
			});
			return {
				output: outputOf(snapshot, isLost(learned.get(itemIndex))),
				items: options.splitImages ? splitImages(item) : [item],
			};
		}),
	);
	return [finished, pending, failed].map((output) =>
		sorted.filter((entry) => entry.output === output).flatMap((entry) => entry.items),
	);
}

/** Ends of jobs that were made here go into the journal, for whoever asks what became of them. */
async function noteEnds(
	endpoint: Endpoint,
	refs: readonly JobRef[],
	learned: ReadonlyMap<number, Learned>,
): Promise<void> {
	const ends = refs.flatMap(({ itemIndex, known }) => {
		const snapshot = learned.get(itemIndex)?.snapshot;
		const ref = known?.job.ref;
		return snapshot && ref !== undefined && isTerminal(snapshot.job.status) ? [{ ref, snapshot }] : [];
	});
	if (ends.length === 0) return;
	const memory = await packMemory();
	const kept = await Promise.all(
		ends.map(async ({ ref, snapshot }) => ({ ref, snapshot: await keepResult(memory, ref, snapshot) })),
	);
	await memory.journal.note(endpointDigest(memory, endpoint), kept);
}

interface PollCallOptions {
	deadline: number;
	signal: AbortSignal | undefined;
	progress: Progress;
}

async function waitForAll(
	endpoint: Endpoint,
	refs: JobRef[],
	{ deadline, signal, progress }: PollCallOptions,
): Promise<Array<[number, Learned]>> {
	return await Promise.all(
		refs.map(async ({ itemIndex, provider, id, known }): Promise<[number, Learned]> => {
			const before = known ?? { job: { ...blankJob(provider.id), id }, images: [], raw: null };
			try {
				const result = await endpoint.wait(id ?? '', { deadline, signal, known });
				const snapshot = result.snapshot ?? before;
				progress.done({ failed: isFailure(snapshot) });
				return [
					itemIndex,
					{
						snapshot: keepUnknownOutcome(
							known,
							!result.ended && result.error ? withError(snapshot, result.error.toJobError()) : snapshot,
						),
					},
				];
			} catch (thrown) {
				progress.done({ failed: true });
				return [itemIndex, notLearned(before, thrown)];
			}
		}),
	);
}

async function pollOnce(
	endpoint: Endpoint,
	refs: JobRef[],
	{ signal }: PollCallOptions,
): Promise<Array<[number, Learned]>> {
	const ids = [...new Set(refs.flatMap(({ id }) => (id === null ? [] : [id])))];
	const answer = await endpoint.pollOnce(ids, signal).catch((thrown: unknown) => toImageError(thrown));
	return refs.map(({ itemIndex, provider, id, known }): [number, Learned] => {
		const before = known ?? { job: { ...blankJob(provider.id), id }, images: [], raw: null };
		if (answer instanceof ImageError) return [itemIndex, notLearned(before, answer)];
		const observation = answer.get(id ?? '');
		if (!observation)
			return [
				itemIndex,
				notLearned(
					before,
					new ImageError('malformedResponse', { message: 'The provider said nothing of this job' }),
				),
			];
		if (!observation.ok) return [itemIndex, notLearned(before, observation.error)];
		return [itemIndex, { snapshot: keepUnknownOutcome(known, advanceSnapshot(known, observation.snapshot)) }];
	});
}

/** The item as it was, with what went wrong. Being stopped is no result: it ends the node. */
function notLearned(before: JobSnapshot, thrown: unknown): Learned {
	const error = toImageError(thrown);
	if (error.code === 'canceled') throw error;
	const withFailure = keepUnknownOutcome(before, withError(before, error.toJobError()));
	// No such job will ever end: that is a failure, whatever was thought of it before.
	const snapshot: JobSnapshot =
		error.code === 'notFound' && !isTerminal(before.job.status)
			? { ...withFailure, job: { ...withFailure.job, status: 'failed' } }
			: withFailure;
	return { snapshot, unreachable: error };
}

function outputOf(snapshot: JobSnapshot, lost: boolean): number {
	if (isFailure(snapshot) || lost) return failed;
	return isTerminal(snapshot.job.status) ? finished : pending;
}

/** Asking again cannot help (no such job, no access): the item leaves by Failed although its job may not have ended. */
function isLost(learned: Learned | undefined): boolean {
	return learned?.unreachable !== undefined && !learned.unreachable.retryable;
}

/** A success whose item does not name its pictures: the provider is asked for them. */
function isMissingImages({ job, images }: JobSnapshot): boolean {
	return (job.status === 'succeeded' || job.status === 'partial') && images.length === 0 && job.id !== null;
}

/** A success with an error on it had a download fail; it is tried again, so the old error goes. */
function clearError(snapshot: JobSnapshot): JobSnapshot {
	return snapshot.job.status === 'succeeded' ? { ...snapshot, job: { ...snapshot.job, error: null } } : snapshot;
}

function requestOf(json: IDataObject): Record<string, unknown> {
	const { request } = json;
	return typeof request === 'object' && request !== null && !Array.isArray(request)
		? (request as Record<string, unknown>)
		: {};
}
