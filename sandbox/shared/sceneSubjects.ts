import type { Subject } from './sceneWords';

/** How a subject is drawn: its main colour, a darker and a lighter one. CSS colours. */
export interface Tones {
	main: string;
	dark: string;
	light: string;
}

/** Subjects that float instead of standing on the ground, and their height above it as a share of the picture. */
export const floating: Partial<Record<Subject, number>> = { balloon: 0.3, whale: 0.06, boat: 0.04 };

/** Natural colours; the others take the colours of the scene. */
export const natural: Partial<Record<Subject, Tones>> = {
	fox: { main: '#e2702a', dark: '#6b2d12', light: '#fff3e4' },
	cat: { main: '#d99a4e', dark: '#6d4420', light: '#fff1dc' },
	whale: { main: '#3f6b8f', dark: '#1f3c57', light: '#d9ecf5' },
	owl: { main: '#8a6a4a', dark: '#46321f', light: '#f4e4c6' },
	lighthouse: { main: '#f5f1e8', dark: '#c8402f', light: '#fff3b0' },
	cabin: { main: '#9b5b3a', dark: '#4f2a1c', light: '#ffe08a' },
	boat: { main: '#a6483a', dark: '#5a2720', light: '#fbf7ee' },
};

const shapes: Record<Subject, (tones: Tones) => string> = {
	cat: ({ main, dark, light }) =>
		path(main, 'M72 96C92 96 98 74 88 62C86 59 82 61 84 65C90 76 84 86 70 86Z') +
		path(main, 'M28 98C22 70 34 50 50 50C66 50 78 70 72 98Z') +
		path(light, 'M41 98C38 80 43 66 50 66C57 66 62 80 59 98Z') +
		path(main, 'M30 20L36 36A20 17 0 1 0 64 36L70 20L57 27A28 28 0 0 0 43 27Z') +
		path(dark, 'M34 26L38 33L43 29ZM66 26L62 33L57 29Z') +
		path(light, 'M50 46C44 46 40 50 42 54C45 58 55 58 58 54C60 50 56 46 50 46Z') +
		eyes(42, 58, 42, '#3f7d4f') +
		path(dark, 'M47 48H53L50 51Z') +
		line(dark, 'M40 52L28 50M40 54L29 57M60 52L72 50M60 54L71 57', 0.8),
	fox: ({ main, dark, light }) =>
		path(main, 'M66 92C92 96 100 76 92 58C90 70 84 78 68 80Z') +
		path(light, 'M92 58C98 66 97 78 91 85C92 76 89 68 87 67Z') +
		path(main, 'M30 98C26 72 36 52 50 52C64 52 74 72 70 98Z') +
		path(light, 'M40 60C44 80 56 80 60 60C58 74 56 92 50 92C44 92 42 74 40 60Z') +
		path(dark, 'M34 98L37 84H45L44 98ZM66 98L63 84H55L56 98Z') +
		path(main, 'M26 14L34 34C28 42 42 58 50 62C58 58 72 42 66 34L74 14L58 26H42Z') +
		path(dark, 'M29 19L35 31L40 27ZM71 19L65 31L60 27Z') +
		path(light, 'M32 40C36 52 46 60 50 62C54 60 64 52 68 40C60 42 54 48 50 56C46 48 40 42 32 40Z') +
		eyes(42, 58, 41, '#3a2412') +
		path(dark, 'M47 56H53L50 61Z'),
	whale: ({ main, dark, light }) =>
		path(
			main,
			'M4 62C8 44 34 36 58 42C74 46 82 50 88 44C86 36 88 30 98 26' +
				'C97 34 100 40 94 50C88 66 66 78 38 78C18 78 4 74 4 62Z',
		) +
		path(light, 'M6 66C22 72 44 72 58 68C50 76 38 78 30 78C14 78 6 73 6 66Z') +
		path(dark, 'M46 66C52 72 54 80 50 86C44 80 40 74 38 68Z') +
		`<circle cx="22" cy="57" r="1.8" fill="${dark}"/>` +
		line(light, 'M30 38C29 30 24 28 19 30M30 38C31 28 37 25 42 28M30 38V24', 1.8),
	owl: ({ main, dark, light }) =>
		path(dark, 'M0 90C30 84 70 84 100 90L99 95C70 89 30 89 1 95Z') +
		path(main, 'M50 30C74 30 78 60 70 88H30C22 60 26 30 50 30Z') +
		path(light, 'M50 54C62 54 64 74 58 86H42C36 74 38 54 50 54Z') +
		path(dark, 'M27 48C20 62 24 80 33 86C34 72 33 58 27 48ZM73 48C80 62 76 80 67 86C66 72 67 58 73 48Z') +
		path(main, 'M28 22L36 34H64L72 22L66 46H34Z') +
		`<g fill="${light}"><circle cx="41" cy="42" r="9"/><circle cx="59" cy="42" r="9"/></g>` +
		eyes(41, 59, 42, '#2a1b0d', 3.6) +
		path('#e9a23b', 'M47 46H53L50 54Z'),
	person: ({ main, dark, light }) =>
		path(dark, 'M50 8C66 8 70 24 67 52H33C30 24 34 8 50 8Z') +
		path('#f2c9a6', 'M46 36H54V46H46Z') +
		path(main, 'M50 42C64 42 70 66 78 98H22C30 66 36 42 50 42Z') +
		path(light, 'M44 42C46 48 54 48 56 42L53 41H47Z') +
		`<circle cx="50" cy="27" r="11.5" fill="#f2c9a6"/>` +
		path(dark, 'M38 27C38 12 62 12 62 27C58 24 56 20 54 19C50 23 42 24 38 27Z') +
		eyes(46, 54, 28, '#3a2412', 1.4),
	lighthouse: ({ main, dark, light }) =>
		path(light, 'M50 18L-60 2V34ZM50 18L160 2V34Z', 0.28) +
		path('#4a4f57', 'M10 100C18 88 34 86 50 86C66 86 82 88 90 100Z') +
		path(main, 'M40 28H60L66 90H34Z') +
		path(dark, 'M39.3 36H60.7L61.9 48H38.1ZM37 60H63L64.2 72H35.8Z') +
		path('#2f343b', 'M37 26H63V29H37ZM41 12H59L56 6C53 3 47 3 44 6Z') +
		path(light, 'M43 12H57V26H43Z') +
		path('#2f343b', 'M46 78H54V90H46Z'),
	cabin: ({ main, dark, light }) =>
		path(dark, 'M66 26H74V46H66Z') +
		path(main, 'M16 56H84V98H16Z') +
		path(dark, 'M8 58L50 24L92 58L88 63L50 33L12 63Z') +
		path(light, 'M26 66H42V80H26ZM58 66H74V80H58Z') +
		line(dark, 'M34 66V80M26 73H42M66 66V80M58 73H74', 1.2) +
		path(dark, 'M45 76H55V98H45Z'),
	boat: ({ main, dark, light }) =>
		path(light, 'M52 6V72H88C86 46 72 20 52 6Z') +
		path(main, 'M47 18V72H18C24 50 34 32 47 18Z', 0.9) +
		line(dark, 'M50 4V80', 2) +
		path(dark, 'M8 78H94C88 92 80 96 70 96H28C18 96 11 90 8 78Z'),
	balloon: ({ main, dark, light }) =>
		path(main, 'M50 4C78 4 88 30 76 50C68 62 60 68 57 76H43C40 68 32 62 24 50C12 30 22 4 50 4Z') +
		path(light, 'M50 4C60 4 66 28 62 50C60 62 56 68 55 76H45C44 68 40 62 38 50C34 28 40 4 50 4Z', 0.85) +
		path(dark, 'M50 4C53 4 55 28 54 50L52 76H48L46 50C45 28 47 4 50 4Z', 0.55) +
		line(dark, 'M44 76L46 86M56 76L54 86', 0.8) +
		path(dark, 'M44 86H56L54.5 96H45.5Z'),
	mug: ({ main, dark, light }) =>
		line(main, 'M70 52C92 48 92 84 68 82', 7) +
		path(main, 'M24 42H74L70 94C69 98 29 98 28 94Z') +
		path(light, 'M30 46H37L39 92C36 92 33 91 32 89Z', 0.55) +
		`<ellipse cx="49" cy="42" rx="25" ry="5" fill="${dark}"/>` +
		line(light, 'M40 34C36 26 44 22 40 12M52 34C48 26 56 22 52 10M63 34C60 28 66 24 63 16', 1.8, 0.7),
	bottle: ({ main, dark, light }) =>
		path(dark, 'M43 8H57V22H43Z') +
		path(main, 'M44 22H56V32C70 40 72 48 72 60V92C72 98 28 98 28 92V60C28 48 30 40 44 32Z') +
		path(light, 'M33 60C33 50 36 44 42 40C39 50 38 60 38 92H35C33 92 33 90 33 88Z', 0.6) +
		path(light, 'M40 62H72V84H40Z', 0.9) +
		line(dark, 'M46 69H66M46 74H62M46 79H58', 1.4),
	chair: ({ main, dark, light }) =>
		line(dark, 'M30 66L24 98M70 66L76 98M36 66V90M64 66V90', 3.5) +
		path(main, 'M30 8C42 4 58 4 70 8L68 54H32Z') +
		path(light, 'M36 13C45 10 55 10 64 13L63 30C54 28 46 28 37 30Z', 0.5) +
		path(main, 'M24 54H76C80 54 80 66 76 68H24C20 66 20 54 24 54Z') +
		path(dark, 'M24 64H76C78 64 77 68 75 68H25C23 68 22 64 24 64Z', 0.5),
};

/** Draws a subject into the box from 0 to 100. The ground is at 98. */
export function subjectSvg(subject: Subject, tones: Tones): string {
	return shapes[subject](natural[subject] ?? tones);
}

function path(fill: string, d: string, opacity = 1): string {
	return `<path d="${d}" fill="${fill}"${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`;
}

function line(stroke: string, d: string, width: number, opacity = 1): string {
	return (
		`<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round"` +
		`${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`
	);
}

function eyes(left: number, right: number, y: number, fill: string, radius = 2.4): string {
	return [left, right]
		.map(
			(x) =>
				`<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>` +
				`<circle cx="${x + radius / 3}" cy="${y - radius / 3}" r="${radius / 3}" fill="#fff"/>`,
		)
		.join('');
}
