import {
	type INode,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
	VersionedNodeType,
} from 'n8n-workflow';

/** The version of new nodes. Saved workflows keep version 1, with its names, defaults and credentials. */
const currentVersion = 1.1;

/** Whether a node has the form of version 1, with all fields of a request at its top. */
export function isFirstForm({ typeVersion }: Pick<INode, 'typeVersion'>): boolean {
	return typeVersion < currentVersion;
}

/** What both versions of a node have in common. */
export interface CommonDescription {
	/** The title in the list of nodes. */
	displayName: string;
	/** The name in saved workflows, and of the icon's files. */
	name: string;
	/** The name of a new node on the canvas. */
	nameOnCanvas: string;
	description: string;
	/** Default: `transform`. */
	group?: INodeTypeDescription['group'][number];
	/** The names of the outputs, if there are several. */
	outputNames?: string[];
}

/** What differs between the versions of a node. */
export type VersionDescription = Required<Pick<INodeTypeDescription, 'subtitle' | 'credentials' | 'properties'>>;

/**
 * A node with the forms of version 1 and 1.1. They are two descriptions and not one with conditions, because n8n finds
 * a credential by its name alone: one description cannot require a credential in one version only.
 */
export class TwoForms extends VersionedNodeType {
	/** @param code what both versions run; it reads the fields of both */
	constructor(
		common: CommonDescription,
		forms: { first: VersionDescription; current: VersionDescription },
		code: Pick<INodeType, 'methods' | 'execute'>,
	) {
		const { displayName, name, nameOnCanvas, description, group = 'transform', outputNames } = common;
		const base = {
			displayName,
			name,
			icon: { light: `file:${name}.svg`, dark: `file:${name}.dark.svg` } as const,
			group: [group],
			description,
		};
		const inAndOut = {
			defaults: { name: nameOnCanvas },
			usableAsTool: true as const,
			inputs: [NodeConnectionTypes.Main],
			outputs: (outputNames ?? ['']).map(() => NodeConnectionTypes.Main),
			...(outputNames ? { outputNames } : {}),
		};
		const nodeType = (version: number, form: VersionDescription): INodeType => ({
			...code,
			// n8n adds "Custom API Call" to the operations of a node whose version and default version are equal. These
			// nodes do not belong to one API. A list of one version is not equal to it.
			description: { ...base, ...inAndOut, ...form, version: [version], defaultVersion: currentVersion },
		});
		super(
			{ 1: nodeType(1, forms.first), [currentVersion]: nodeType(currentVersion, forms.current) },
			{ ...base, defaultVersion: currentVersion },
		);
	}
}
