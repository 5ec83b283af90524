import type { IExecuteFunctions } from 'n8n-workflow';
import type { Memory } from '../../memory/memory';

/** What the operations of one node run share. */
export interface JobsRun {
	context: IExecuteFunctions;
	memory: Memory;
	/** Ids of the credentials whose jobs an item may see. */
	credentialIdsOf: (itemIndex: number) => readonly string[];
	signal: AbortSignal | undefined;
}
