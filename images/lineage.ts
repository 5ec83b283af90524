/** The origin of a picture, as it is written into files, captions and manifests. Unknown values are null. */
export interface Lineage {
	prompt: string | null;
	negativePrompt: string | null;
	seed: number | null;
	model: string | null;
	provider: string | null;
	jobId: string | null;
}

export const noLineage: Lineage = {
	prompt: null,
	negativePrompt: null,
	seed: null,
	model: null,
	provider: null,
	jobId: null,
};
