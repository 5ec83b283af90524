import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import { toNodeError } from '../execution/errors';
import { textParameter } from '../parameters/parameters';
import { perItem, perItemName, runPerItem } from './each';
import { createExporter } from './exporter';
import { saveFiles } from './save';
import { together } from './together';

/** One operation over the pictures of all items. */
export async function exportImages(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = textParameter(context, 'operation', 0);
	try {
		const exporter = await createExporter(context);
		const whole = Object.hasOwn(together, operation) ? together[operation] : undefined;
		if (whole) return [await whole(exporter)];
		if (operation === 'save') return [await saveFiles(exporter)];
		const name = perItemName(exporter, operation);
		const single = Object.hasOwn(perItem, name) ? perItem[name] : undefined;
		if (single) return [await runPerItem(exporter, single(exporter))];
		throw new NodeOperationError(context.getNode(), `There is no operation ${operation}`);
	} catch (thrown) {
		// n8n shows a stop as such only if its error is unchanged.
		throw thrown instanceof ImageError && thrown.code !== 'canceled'
			? toNodeError(context.getNode(), thrown.toJobError(), { itemIndex: 0 })
			: thrown;
	}
}
