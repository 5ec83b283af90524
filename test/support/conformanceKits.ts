import { type AnySandbox, type Backend, backends, kitsOf } from '../../sandbox/backends';
import type { Kit as OwnKit } from '../../sandbox/kit';

/** A kit of `sandbox/<id>/kit.ts` with its backend. */
export type Kit = OwnKit & { backend: Backend };

const all: ReadonlyArray<readonly Kit[]> = backends.map((backend) =>
	kitsOf(backend.id).map((kit) => ({ ...kit, backend })),
);

/** The usual kit of each backend. */
export const kits: readonly Kit[] = all.flatMap((own) => own.slice(0, 1));

/** Includes other ways to use a backend, whose answers differ. */
export const allKits: readonly Kit[] = [...kits, ...all.flatMap((own) => own.slice(1))];

/** Heading of a kit's column in tables. */
export const nameOf = ({ name, backend }: Kit): string => name ?? backend.displayName;

export const startKit = (kit: Kit, more: Record<string, unknown> = {}): Promise<AnySandbox> =>
	kit.backend.start({ settings: { ...kit.settings, ...more } });
