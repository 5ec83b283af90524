/** Where a picture comes from, as it is written into files, captions and manifests. Null where it is not known. */
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
