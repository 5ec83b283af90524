import type { CredentialReference, Workflow, WorkflowNode } from '../lib/workflow';
import type { Bundled } from './bundled';
import { failingPath } from './failingExample';
import { tour } from './tour';

const columnWidth = 320;
const cardHeight = 160;

/** The addresses and folders that the start page names. */
export interface Places {
	/** n8n's address without a slash at the end. */
	n8nUrl: string;
	/** Folder of the files that workflows read and write. */
	filesFolder: string;
}

/**
 * The workflow "Start here": one node that makes an image, and a note for each bundled workflow with its link, in the
 * order in which to try them.
 */
export function startPage(
	bundled: readonly Bundled[],
	imageSaasApi: CredentialReference,
	{ n8nUrl, filesFolder }: Places,
): Workflow & { id: string } {
	const groups = [...new Set(tour.map(({ tag }) => tag))];
	const intro = note(
		0,
		'Intro',
		[0, 0],
		[columnWidth * 2 + 20, 240],
		[
			'# Start here',
			'**Click *Execute workflow*.** *Image Generate* makes an image. Double-click the node to see it.',
			'Then open the workflows below, from left to right. Each works with one click, without a key or ' +
				'a payment: the providers are a sandbox on this computer, and its images say so.',
			'For a real provider, create its credential, then choose it in the image nodes.',
		],
	);
	const columns = groups.flatMap((tag, column) => {
		const x = column * (columnWidth + 20);
		const heading = note(4, `Group ${column + 1}`, [x, 280], [columnWidth, 80], [`## ${tag}`]);
		const stops = tour.filter((stop) => stop.tag === tag);
		const cards = stops.flatMap((stop, row) => {
			const found = bundled.find(({ file }) => file === stop.file);
			if (!found) return [];
			const title = `### [${found.workflow.name}](${n8nUrl}/workflow/${found.id})`;
			const extra = extras(found, { n8nUrl, filesFolder });
			const at: [number, number] = [x, 380 + row * (cardHeight + 20)];
			return [
				note(
					column === 2 ? 3 : 7,
					`Note ${found.id}`,
					at,
					[columnWidth, cardHeight],
					[title, stop.shows, ...extra],
				),
			];
		});
		return [heading, ...cards];
	});
	return {
		id: 'imgDemoStart0000',
		name: '00 Start here',
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: 'b0a5c1de-0002-4000-8000-000000000001',
				name: 'When clicking Execute workflow',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [780, 80],
				parameters: {},
			},
			{
				id: 'b0a5c1de-0002-4000-8000-000000000002',
				name: 'Image Generate',
				type: 'n8n-nodes-image-pipelines.imageGenerate',
				typeVersion: 1,
				position: [1040, 80],
				parameters: {
					provider: 'imageSaas',
					prompt: 'A lighthouse at sunset',
					aspectRatio: '16:9',
					options: {},
				},
				credentials: { imageSaasApi },
			},
			intro,
			...columns,
		],
		connections: {
			'When clicking Execute workflow': { main: [[{ node: 'Image Generate', type: 'main', index: 0 }]] },
		},
	};
}

/** The addresses of a workflow that has its own. */
function extras({ file, workflow }: Bundled, { n8nUrl, filesFolder }: Places): string[] {
	switch (file) {
		case 'export.json':
			return [`[Get the ZIP of all foxes](${n8nUrl}/webhook/image-export?prompt=fox)`];
		case 'compose.json': {
			const form = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.formTrigger')?.webhookId;
			return form === undefined
				? []
				: [`[Open the form](${n8nUrl}/form/${form}) · files: \`${filesFolder}/samples\``];
		}
		case 'error-workflow.json':
			return [`[Let another execution fail](${n8nUrl}/webhook/${failingPath})`];
		case 'webhook-driven.json':
			return [`\`curl ${n8nUrl}/webhook/images --json '{"prompt": "A fox"}'\``];
		default:
			return [];
	}
}

function note(
	color: number,
	name: string,
	position: [number, number],
	[width, height]: [number, number],
	lines: readonly string[],
): WorkflowNode {
	return {
		id: `note ${name}`,
		name,
		type: 'n8n-nodes-base.stickyNote',
		typeVersion: 1,
		position,
		parameters: { content: lines.join('\n\n'), width, height, ...(color > 0 && { color }) },
	};
}
