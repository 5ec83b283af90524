/**
 * The packages that captions need. They are optional dependencies: together they have 16 MB, and n8n's own installer
 * leaves optional dependencies out.
 */
const packages = {
	/** Converts text to outlines. */
	fontkit: 'fontkit',
	/** The font in parts, one for each range of characters. */
	'@fontsource-variable/noto-sans-sc': '@fontsource-variable/noto-sans-sc/package.json',
} as const;

/** The font's package. */
export const fontPackage = '@fontsource-variable/noto-sans-sc';

/** The packages that captions need and that are not installed. */
export function missingCaptionPackages(resolve: (file: string) => string = (file) => require.resolve(file)): string[] {
	return Object.entries(packages).flatMap(([name, file]) => {
		try {
			resolve(file);
			return [];
		} catch {
			return [name];
		}
	});
}

/** How a user adds captions to an installed pack. */
export function captionsHint(missing: readonly string[]): string {
	return (
		`Captions are left out, because these packages are not installed: ${missing.join(', ')}. To add captions, ` +
		`run "npm install --omit=peer ${missing.join(' ')}" in the folder ~/.n8n/nodes and restart n8n.`
	);
}
