import type { AnySandbox } from '../../sandbox/backends';
import { FAULT_KINDS, type FaultKind } from '../../sandbox/shared/faults';
import type { Kit } from '../../test/support/conformanceKits';
import type { Chance } from './chance';

/** A redirect needs a server to lead to. */
const kinds = FAULT_KINDS.filter((kind) => kind !== 'redirect');
const delayMs = 3_000;
/** `huge` adds more than an answer may have. */
const megabytes = 16;

/** Plans a random fault for the next one or two requests of a random route: submit, poll or download. */
export function disturb(chance: Chance, kit: Kit, sandbox: AnySandbox): FaultKind {
	const { submit, poll } = kit.routes;
	const kind = chance.of(kinds);
	const route = chance.of([submit, ...(poll === undefined ? [] : [poll]), 'asset']);
	sandbox.fault({ route, kind, times: chance.of([1, 2]), delayMs, megabytes });
	return kind;
}
