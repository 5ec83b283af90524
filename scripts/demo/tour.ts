/** One of the sandbox's accounts of Image SaaS. The others than `usual` have faults. */
export type Account = 'usual' | 'busy' | 'off';

/** A bundled workflow in the demo. */
export interface Stop {
	/** Its file in `workflows/`. */
	file: string;
	/** The tag that groups it in n8n's list. */
	tag: string;
	/** What a click on "Execute workflow" shows, for the note of the start page. */
	shows: string;
	/** The account of its Image SaaS nodes; default: `usual`. */
	account?: Account;
	/** Published at the start, because its point needs its own address or a trigger. */
	published?: true;
}

const tags = {
	first: '1 First images',
	many: '2 Many images',
	failures: '3 When something fails',
	connected: '4 From other programs',
};

/** The bundled workflows in the order in which to try them. */
export const tour: readonly Stop[] = [
	{
		file: 'quick-start.json',
		tag: tags.first,
		shows: 'A prompt becomes two images. Open the output of the last nodes to see them.',
	},
	{
		file: 'compose.json',
		tag: tags.first,
		shows: 'Products in styles. Open the form, upload the sample files, and choose the best image.',
		published: true,
	},
	{
		file: 'batch.json',
		tag: tags.many,
		shows: 'A table with eight rows becomes images, a results table and a failures table: one row is wrong.',
	},
	{
		file: 'scheduled.json',
		tag: tags.many,
		shows: 'The Data Table "image-queue" has five waiting rows. After the run they are done.',
	},
	{
		file: 'export.json',
		tag: tags.many,
		shows: 'The finished jobs with "fox" in the prompt become WebP files, a contact sheet and a ZIP.',
		published: true,
	},
	{
		file: 'library-upkeep.json',
		tag: tags.many,
		shows: 'NanoBananaPro has a history of 90 days. The report lists the old images that would be deleted.',
	},
	{
		file: 'retry.json',
		tag: tags.failures,
		shows: 'The account is often busy, and every third job fails. The workflow repeats it until all are done.',
		account: 'busy',
	},
	{
		file: 'fallback.json',
		tag: tags.failures,
		shows: 'The first provider is switched off. After some seconds the second makes the images; "path" says so.',
		account: 'off',
	},
	{
		file: 'error-workflow.json',
		tag: tags.failures,
		shows: 'At the start of the demo an execution failed. "Executions" shows what happened to its jobs.',
		published: true,
	},
	{
		file: 'webhook-driven.json',
		tag: tags.connected,
		shows: 'Another program posts a prompt and gets a job at once, then the image.',
		published: true,
	},
	{
		file: 'image-links.json',
		tag: tags.connected,
		shows: 'Serves the images of jobs under links that an agent or a chat can pass on.',
		published: true,
	},
	{
		file: 'webhook-delivery.json',
		tag: tags.connected,
		shows: 'The sandbox calls this workflow when a job ends. "Executions" shows a run for each job.',
		published: true,
	},
	{
		file: 'agent-tools.json',
		tag: tags.connected,
		shows: 'An AI Agent makes images. It needs a credential for a chat model, which the demo does not have.',
	},
];

/** The tag of the start page, which is the first in n8n's list of tags. */
export const startTag = '0 Start here';

/** The name of a bundled workflow in the demo. Its number puts it into the order of the tour in n8n's list. */
export function numbered(file: string, name: string): string {
	const place = tour.findIndex((stop) => stop.file === file);
	return place === -1 ? name : `${String(place + 1).padStart(2, '0')} ${name}`;
}

/** The account of a workflow's Image SaaS nodes. */
export function accountOf(file: string): Account {
	return tour.find((stop) => stop.file === file)?.account ?? 'usual';
}

/** Whether the demo publishes the workflow. */
export function isPublished(file: string): boolean {
	return tour.find((stop) => stop.file === file)?.published === true;
}

/** The file of each bundled workflow, the last of the tour first: n8n's list shows the newest first. */
export function lastFirst(files: readonly string[]): string[] {
	const place = (file: string) => tour.findIndex((stop) => file.endsWith(`/${stop.file}`));
	return files.toSorted((one, other) => place(other) - place(one));
}
