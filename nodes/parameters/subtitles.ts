import type { INodePropertyOptions } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { fromInput, several } from './providerFields';

/**
 * Subtitles on the canvas are expressions. They show display names, so each expression contains a table from values to
 * names.
 */

/**
 * A subtitle with the chosen provider: `Image SaaS: generate`.
 * @param action an expression for the part after the colon
 * @param ofItems an expression for the whole subtitle where each item names its provider
 */
export function providerSubtitle(action: string, ofItems?: string): string {
	const names = Object.fromEntries(providers.map(({ id, displayName }) => [id, displayName]));
	const ofProvider = `${lookUp({ ...names, [several]: 'Several providers' }, 'provider')} + ": " + ${action}`;
	return ofItems === undefined
		? `={{ ${ofProvider} }}`
		: `={{ $parameter["provider"] === "${fromInput}" ? ${ofItems} : ${ofProvider} }}`;
}

/** A subtitle with the chosen operation. It uses the text of the node panel: `Get many jobs`. */
export function subtitleOf(operations: readonly INodePropertyOptions[]): string {
	const actions = Object.fromEntries(operations.map(({ value, action, name }) => [String(value), action ?? name]));
	return `={{ ${lookUp(actions, 'operation')} }}`;
}

const lookUp = (names: Readonly<Record<string, string>>, parameter: string) =>
	`(${JSON.stringify(names)})[$parameter["${parameter}"]]`;
