import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { N8nClient } from '../lib/n8nClient';
import type { Workflow } from '../lib/workflow';
import type { SandboxProcess } from './sandbox';
import { drawSamples } from './sandboxSeeds';

const table = [
	'id,prompt,count,aspectRatio',
	'1,A fox in the snow,1,16:9',
	'2,"A lighthouse at dawn, in the fog",1,16:9',
	'3,A cat on a couch,2,1:1',
	'4,A city at night,1,21:9',
	'5,A ceramic mug on a table,1,4:3',
	'6,A whale in the blue sea,1,16:9',
	'7,An owl at midnight,1,3:4',
	'8,This row asks for too many images,99,1:1',
];

const waiting = [
	'A cabin in the mountains in winter',
	'A sailing boat at sunset',
	'A balloon over the desert',
	'An owl in the forest at night',
	'A portrait of a girl at dawn',
];

/** Writes the table of the Batch workflow and the sample files of the Compose workflow. Existing files are kept. */
export async function writeFiles(sandbox: SandboxProcess, filesFolder: string): Promise<void> {
	const samples = join(filesFolder, 'samples');
	if (!existsSync(join(filesFolder, 'prompts.csv'))) {
		mkdirSync(filesFolder, { recursive: true });
		writeFileSync(join(filesFolder, 'prompts.csv'), `${table.join('\n')}\n`);
	}
	if (existsSync(samples)) return;
	const drawn = await drawSamples(sandbox);
	mkdirSync(samples, { recursive: true });
	for (const { name, bytes } of drawn) writeFileSync(join(samples, name), bytes);
}

interface DataTable {
	id: string;
	name: string;
}

/** Fills the Data Table of the Scheduled workflow with waiting rows, unless some wait already. */
export async function fillQueue(client: N8nClient, scheduled: Workflow): Promise<void> {
	const { id: projectId } = await client.request<{ id: string }>('GET', '/rest/projects/personal');
	const base = `/rest/projects/${projectId}/data-tables`;
	const { name, columns } = queueOf(scheduled);
	const known = await client.request<{ data: DataTable[] } | DataTable[]>('GET', base);
	const all = Array.isArray(known) ? known : known.data;
	const { id } =
		all.find((one) => one.name === name) ?? (await client.request<DataTable>('POST', base, { name, columns }));
	const filter = { type: 'and', filters: [{ columnName: 'state', condition: 'eq', value: 'waiting' }] };
	const query = new URLSearchParams({ filter: JSON.stringify(filter), take: '1' });
	const { count } = await client.request<{ count: number }>('GET', `${base}/${id}/rows?${query.toString()}`);
	if (count > 0) return;
	await client.request('POST', `${base}/${id}/insert`, {
		data: waiting.map((prompt) => ({ prompt, state: 'waiting', round: 0 })),
		returnType: 'count',
	});
}

/** Name and columns of the table that the workflow creates, as its own nodes have them. */
function queueOf({ nodes }: Workflow): { name: string; columns: unknown[] } {
	const create = nodes.find(
		({ type, parameters }) => type === 'n8n-nodes-base.dataTable' && parameters['operation'] === 'create',
	);
	const settings = nodes.find(({ name }) => name === 'Settings')?.parameters['assignments'] as
		| { assignments: Array<{ name: string; value: unknown }> }
		| undefined;
	const name = settings?.assignments.find((one) => one.name === 'table')?.value;
	const columns = (create?.parameters['columns'] as { column?: unknown[] } | undefined)?.column;
	if (typeof name !== 'string' || !columns) throw new Error('workflows/scheduled.json creates no Data Table');
	return { name, columns };
}
