/** The formats that the pack can write. */
export const outputFormats = ['png', 'jpeg', 'webp', 'avif'] as const;
export type OutputFormat = (typeof outputFormats)[number];
