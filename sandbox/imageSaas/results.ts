import type { SceneOptions } from '../shared/scene';
import { withoutMarkers } from '../shared/markers';
import type { Job } from './store';

const LONG_SIDE = { '1K': 1024, '2K': 2048, '4K': 4096 } as const;

/** Number of pictures that the job makes. */
export function pictureCount(job: Job): number {
	return job.body.sampleCount ?? 1;
}

/** The addresses of a succeeded job's pictures. */
export function resultUrls(job: Job, origin: string, count = pictureCount(job)): string[] {
	return Array.from({ length: count }, (_, index) => `${origin}/assets/${job.id}/image_${index + 1}.png`);
}

/** Number of pictures of a running job that exist already. It grows, but never reaches all. */
export function picturesSoFar(job: Job, now: number): number {
	if (job.runningSince === null) return 0;
	const share = job.durationMs > 0 ? (now - job.runningSince) / job.durationMs : 0;
	return Math.min(pictureCount(job) - 1, Math.floor(share * pictureCount(job)));
}

/** The content of picture number `index` (from 1) of the job. */
export function sceneOf(job: Job, index: number): SceneOptions {
	const { resolution = '1K', aspectRatio = 'Auto', inputImageUrl, mode = 'final', prompt } = job.body;
	const [wide = 1, high = 1] = aspectRatio === 'Auto' ? [1, 1] : aspectRatio.split(':').map(Number);
	const long = LONG_SIDE[resolution];
	const width = wide >= high ? long : Math.round((long * wide) / high);
	const height = wide >= high ? Math.round((long * high) / wide) : long;
	const parts = [
		`${index} of ${pictureCount(job)}`,
		mode,
		`${width} × ${height}`,
		...(inputImageUrl ? ['after a reference'] : []),
	];
	return {
		width,
		height,
		caption: withoutMarkers(prompt),
		note: parts.join('  ·  '),
		seed: `${prompt}\n${index}\n${inputImageUrl ?? ''}`,
	};
}
