/** Models for images, as the document lists them. Models before 4.0 need bought credit. */
export const imageModels = ['jimeng-4.0', 'jimeng-3.1', 'jimeng-3.0', 'jimeng-2.1', 'jimeng-xl-pro'] as const;

/** Models for videos; each takes minutes. */
export const videoModels = [
	'jimeng-video-3.0-pro',
	'jimeng-video-3.0',
	'jimeng-video-2.0-pro',
	'jimeng-video-2.0',
] as const;
