import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { credentialFields } from '../parameters/providerFields';
import { exportFields, operationSubtitle } from './fields';

export class ImageExport implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Export (ZIP, Contact Sheet)',
		name: 'imageExport',
		icon: { light: 'file:imageExport.svg', dark: 'file:imageExport.dark.svg' },
		group: ['output'],
		version: [1],
		// n8n adds "Custom API Call" where the two are equal. It would call one API; this node does not belong to one.
		defaultVersion: 1,
		subtitle: operationSubtitle,
		description: 'Pack, arrange, convert and label images',
		defaults: { name: 'Image Export' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialFields('fixed'),
		properties: exportFields,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { exportImages } = await import('./export');
		return await exportImages(this);
	}
}
