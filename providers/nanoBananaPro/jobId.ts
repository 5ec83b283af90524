/**
 * The content of a job ID: the task or tasks of the job, and the number of images requested if the tasks do not report
 * it.
 */
export interface NanoBananaProJobId {
	taskIds: readonly string[];
	count: number | null;
}

/**
 * If one task has all images, the job ID is the ID of the task. Otherwise (fewer images than requested, or one task per
 * image) the count is added: `a,b~3`.
 */
export function writeJobId({ taskIds, count }: NanoBananaProJobId): string {
	return `${taskIds.join(',')}${count === null ? '' : `~${count}`}`;
}

export function readJobId(id: string): NanoBananaProJobId {
	const [, tasks = id, count] = /^(.*)~([1-9]\d*)$/.exec(id) ?? [];
	return {
		taskIds: tasks.split(',').filter((task) => task !== ''),
		count: count === undefined ? null : Number(count),
	};
}
