/**
 * What a job's id says: the task or tasks behind it, and how many pictures were asked for where the tasks do not tell.
 */
export interface NanoBananaProJobId {
	taskIds: readonly string[];
	count: number | null;
}

/**
 * One task with many pictures is its own id; fewer than asked, or a task a picture, and the count goes along: `a,b~3`.
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
