import type { z } from 'zod4';

/** The settings after a patch; throws if the patch has an unknown setting or a wrong value. */
export function patchedBy<Shape extends z.ZodRawShape>(
	schema: z.ZodObject<Shape, z.core.$strict>,
	settings: Readonly<z.infer<z.ZodObject<Shape, z.core.$strict>>>,
	patch: unknown,
): z.infer<z.ZodObject<Shape, z.core.$strict>> {
	const given = Object.entries(schema.partial().parse(patch)).filter(([, value]) => value !== undefined);
	return schema.parse({ ...settings, ...Object.fromEntries(given) });
}
