import { join } from 'node:path';
import { type Execution, projectRoot, readWorkflow, type Workflow } from '../../scripts/lib/n8nInstance';

/** A bundled workflow with other values in its Settings node, as if a user had entered them. */
export function bundled(name: string, settings: Record<string, unknown> = {}): Workflow {
	// The id is left out, so that each installation is a new copy.
	const { id: _id, ...workflow } = readWorkflow(join(projectRoot, 'workflows', `${name}.json`));
	const node = workflow.nodes.find((candidate) => candidate.name === 'Settings');
	const { assignments } = (
		node?.parameters as { assignments: { assignments: Array<{ name: string; value: unknown }> } }
	).assignments;
	for (const [field, value] of Object.entries(settings)) {
		const assignment = assignments.find((candidate) => candidate.name === field);
		if (!assignment) throw new Error(`Settings of ${name} has no ${field}`);
		assignment.value = typeof value === 'object' ? JSON.stringify(value) : value;
	}
	return workflow;
}

/** Items a node gave over all its runs. */
export const given = (execution: Execution, node: string, output = 0) =>
	(execution.data.resultData.runData[node] ?? []).flatMap((run) => run.data?.main?.[output] ?? []);
