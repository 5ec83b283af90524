import type { INodeExecutionData } from 'n8n-workflow';
import type { N8nClient } from '../../scripts/lib/n8nInstance';

/** The output of one run of a node, as n8n sends it to an open editor when the run ends. */
export interface NodeEnd {
	node: string;
	/** Items per output. */
	outputs: INodeExecutionData[][];
}

export interface WatchedRun {
	execution: string;
	/** The runs that have ended so far, in order. */
	ends: readonly NodeEnd[];
	close: () => void;
}

interface Message {
	type: string;
	data: { executionId?: string; nodeName?: string; data?: { data?: { main?: Array<INodeExecutionData[] | null> } } };
}

/** Runs a workflow from its Manual Trigger as an open editor does, and receives what the editor receives. */
export async function watchRun(client: N8nClient, workflowId: string, trigger: string): Promise<WatchedRun> {
	const { session } = client;
	const cookie = `${session?.name}=${session?.value}`;
	const pushRef = crypto.randomUUID().slice(0, 10);
	const socket = new WebSocket(`${client.url.replace('http', 'ws')}/rest/push?pushRef=${pushRef}`, {
		headers: { cookie, origin: client.url },
	});
	socket.binaryType = 'arraybuffer';
	const ends: NodeEnd[] = [];
	socket.addEventListener('message', (event) => {
		const frame = event.data as string | ArrayBuffer;
		const message = JSON.parse(typeof frame === 'string' ? frame : Buffer.from(frame).toString()) as Message;
		if (message.type !== 'nodeExecuteAfterData') return;
		const { nodeName = '', data: run } = message.data;
		ends.push({ node: nodeName, outputs: (run?.data?.main ?? []).map((items) => items ?? []) });
	});
	await new Promise((resolve, reject) => {
		socket.addEventListener('open', resolve, { once: true });
		socket.addEventListener('error', () => reject(new Error('n8n did not open the push connection')), {
			once: true,
		});
	});
	const answer = await fetch(`${client.url}/rest/workflows/${workflowId}/run`, {
		method: 'POST',
		headers: { cookie, 'content-type': 'application/json', 'push-ref': pushRef },
		body: JSON.stringify({ triggerToStartFrom: { name: trigger } }),
	});
	const { data } = (await answer.json()) as { data: { executionId: string } };
	return { execution: data.executionId, ends, close: () => socket.close() };
}
