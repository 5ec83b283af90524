import type { Draw } from './random';

/** Where a picture plays. */
export type Land = 'mountains' | 'sea' | 'forest' | 'city' | 'dunes' | 'room';

/** The light of a picture. */
export type Light = 'dawn' | 'day' | 'dusk' | 'night' | 'mint';

/** The thing in the foreground. */
export type Subject =
	| 'cat'
	| 'fox'
	| 'whale'
	| 'owl'
	| 'person'
	| 'lighthouse'
	| 'cabin'
	| 'boat'
	| 'balloon'
	| 'mug'
	| 'bottle'
	| 'chair';

/** What a picture shows. */
export interface Motif {
	land: Land;
	light: Light;
	subject: Subject;
	hasSnow: boolean;
	hasFog: boolean;
}

/** Words of prompts, in English and Chinese. The first line with a word of the prompt decides. */
const subjects: ReadonlyArray<[Subject, RegExp]> = [
	['cat', /\b(cat|kitten)s?\b|猫/i],
	['fox', /\b(fox|foxes|dog|dogs|wolf|deer)\b|狐|狗|狼|鹿/i],
	['whale', /\b(whale|fish|dolphin)s?\b|鲸|鱼/i],
	['owl', /\b(owl|bird|eagle)s?\b|猫头鹰|鸟/i],
	['lighthouse', /\blighthouses?\b|灯塔/i],
	['boat', /\b(boat|ship|sail|yacht)\w*\b|船|帆/i],
	['mug', /\b(mug|cup|coffee|tea)s?\b|杯|咖啡|茶/i],
	['bottle', /\b(bottle|perfume|vase|product)s?\b|瓶|产品|商品/i],
	['chair', /\b(chair|stool|furniture)s?\b|椅/i],
	['cabin', /\b(house|cabin|hut|home|castle|village)s?\b|屋|房|城堡/i],
	['person', /\b(girl|boy|woman|man|person|portrait|child)\b|女孩|男孩|人|少女/i],
	['balloon', /\bballoons?\b|气球/i],
];

const lands: ReadonlyArray<[Land, RegExp]> = [
	['room', /\b(couch|sofa|room|indoors?|table|studio|kitchen|mug|cup|bottle|product|chair)\b|沙发|房间|产品|商品/i],
	['sea', /\b(sea|ocean|lake|beach|coast|whale|fish|dolphin|boat|ship|lighthouse|water)s?\b|海|湖|鲸|船|灯塔/i],
	['city', /\b(city|street|town|skyline|neon|cyberpunk)\b|城市|街/i],
	['forest', /\b(forest|wood|tree|fox|deer|owl|garden)s?\b|森林|树|狐|鹿|花园/i],
	['dunes', /\b(desert|dune|sand|camel)s?\b|沙漠/i],
	['mountains', /\b(mountain|snow|hill|peak|valley)s?\b|山|雪/i],
];

const lights: ReadonlyArray<[Light, RegExp]> = [
	['night', /\b(night|moon|stars?|midnight|neon|noir)\b|夜|月|星/i],
	['dusk', /\b(sunset|dusk|evening|autumn|warm|red)\b|黄昏|日落|傍晚|秋/i],
	['dawn', /\b(dawn|sunrise|morning|spring|pastel)\b|日出|早晨|清晨|春/i],
	['mint', /\b(fog|mist|mint|forest|green|vintage)\b|雾|森林|绿/i],
	['day', /\b(day|sun|sunny|summer|blue|winter|snow)\b|白天|夏|蓝|雪/i],
];

/** Reads what a picture shows from the words of its prompt. What no word decides, the seed decides. */
export function motifOf(words: string, draw: Draw): Motif {
	const [forSubject, forLand, forLight] = [draw(), draw(), draw()];
	const named = firstOf(subjects, words);
	const land = firstOf(lands, words) ?? landFor(named, forLand);
	return {
		land,
		subject:
			// No animal or person that nobody asked for.
			named ?? among(land === 'sea' ? ['boat', 'lighthouse'] : ['balloon', 'cabin'], forSubject),
		light: firstOf(lights, words) ?? among(land === 'room' ? ['dawn', 'day', 'mint', 'dusk'] : allLights, forLight),
		hasSnow: /\b(snow|winter|ice)\w*\b|雪|冬|冰/i.test(words),
		hasFog: /\b(fog|mist)\w*\b|雾/i.test(words),
	};
}

const allLights = ['dawn', 'day', 'dusk', 'night', 'mint'] as const;

function landFor(subject: Subject | undefined, chosen: number): Land {
	if (subject === 'cat') return 'room';
	return among(subject === undefined ? allLands : ['mountains', 'forest', 'city', 'dunes'], chosen);
}

const allLands = ['mountains', 'sea', 'forest', 'city', 'dunes'] as const;

function firstOf<Name>(table: ReadonlyArray<[Name, RegExp]>, words: string): Name | undefined {
	return table.find(([, pattern]) => pattern.test(words))?.[0];
}

function among<const Name>(names: readonly [Name, ...Name[]], chosen: number): Name {
	return names[Math.floor(chosen * names.length)] ?? names[0];
}
