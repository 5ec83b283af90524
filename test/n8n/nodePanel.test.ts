import { actionsOf, panelItems, popularity, searchPanel, type ShownType } from '../support/nodePanel';
import { Stage } from './instance';

const stage = new Stage();
const pack = 'n8n-nodes-image-pipelines.';
let types: ShownType[];
let hits: (text: string) => string[];

beforeAll(async () => {
	await stage.open();
	types = (await stage.client.nodeTypes()) as unknown as ShownType[];
	const [items, points] = [panelItems(types), popularity()];
	hits = (text) => searchPanel(text, items, points).map((name) => name.replace(pack, ''));
}, 120_000);
afterAll(() => stage.close());

const typeOf = (name: string): ShownType => {
	const type = types.find((one) => one.name === `${pack}${name}`);
	if (!type) throw new Error(`n8n has no node ${name}`);
	return type;
};

it('the search has every node of n8n and its popularity to compare with', () => {
	expect(panelItems(types).length).toBeGreaterThan(350);
	expect(popularity()['n8n-nodes-base.httpRequest']).toBeGreaterThan(50);
	expect(hits('edit image')[0]).toBe('n8n-nodes-base.editImage');
});

const generate = {
	words: [
		'image',
		'picture',
		'photo',
		'draw',
		'generate image',
		'generate images',
		'image generation',
		'create image',
		'make image',
		'text to image',
		'txt2img',
		'ai image',
		'ai image generator',
		'ai art',
	],
	'providers and their models': [
		'Image SaaS',
		'NanoBananaPro',
		'nano banana',
		'nano banana pro',
		'Z-Image',
		'Jimeng',
		'Dreamina',
		'seedream',
		'AI Batch',
		'AI Batch Image Generator',
		'gemini image',
		'imagen',
		'openai image',
		'gpt image',
		'dall-e',
		'stable diffusion',
		'sdxl',
		'stability ai',
		'flux',
	],
	'models that only another product has': ['midjourney', 'ideogram', 'recraft', 'qwen image', 'firefly'],
	'Chinese words': ['文生图', '生成图片', '图片生成', 'AI绘画', 'AI绘图', '画图', '即梦'],
};

it.each(Object.values(generate).flat())('"%s" finds Image Generate first', (text) => {
	expect(hits(text)[0]).toBe('imageGenerate');
});

it.each([
	'image to image',
	'img2img',
	'image editing',
	'combine images',
	'merge images',
	'reference image',
	'图生图',
	'改图',
	'参考图',
])('"%s" finds Image Compose first', (text) => {
	expect(hits(text)[0]).toBe('imageCompose');
});

it.each([
	// n8n's own nodes with exactly these names come first; ours is the first of the others.
	['edit image', ['n8n-nodes-base.editImage', 'imageCompose']],
	['dalle', ['@n8n/n8n-nodes-langchain.openAi', 'imageGenerate']],
	[
		'google gemini',
		['@n8n/n8n-nodes-langchain.googleGemini', '@n8n/n8n-nodes-langchain.lmChatGoogleGemini', 'imageGenerate'],
	],
])('"%s" finds what has that name, and then the pack', (text, expected) => {
	expect(hits(text).slice(0, expected.length)).toEqual(expected);
});

it.each(['image', 'picture', 'generate image', 'text to image', 'create image', 'ai image', 'draw', '生成图片'])(
	'Image Compose is the next node of the pack for "%s"',
	(text) => {
		const own = hits(text).filter((name) => types.some((type) => type.name === `${pack}${name}`));
		expect(own.slice(0, 2)).toEqual(['imageGenerate', 'imageCompose']);
	},
);

it.each([
	['image poll', 'imagePoll'],
	['wait for image', 'imagePoll'],
	['job status', 'imagePoll'],
	['image cancel', 'imageCancel'],
	['cancel image job', 'imageCancel'],
	['image export', 'imageExport'],
	['export images zip', 'imageExport'],
	['contact sheet', 'imageExport'],
	['resize images', 'imageExport'],
	['image jobs', 'imageJobs'],
	['job history', 'imageJobs'],
	['spending', 'imageJobs'],
	['image saas jobs', 'imageSaas'],
	['z-image history', 'zImage'],
	['jimeng video', 'jimeng'],
	['ai batch gallery', 'aiBatch'],
	['upscale image', 'aiBatch'],
	['nano banana history', 'nanoBananaPro'],
	['gemini batch', 'geminiImage'],
])('"%s" finds %s first', (text, name) => {
	expect(hits(text)[0]).toBe(name);
});

it.each(['imageExport', 'imageJobs', 'imagePoll', 'aiBatch', 'geminiImage', 'imageSaas', 'jimeng', 'zImage'])(
	'%s offers its operations as actions, in words',
	(name) => {
		const actions = actionsOf(typeOf(name));
		expect(actions.length).toBeGreaterThan(1);
		for (const action of actions) expect(action).toMatch(/^[A-Z][a-z]+ .+/);
	},
);

it('operations that a document only guesses are no actions, except in a list that also has others', () => {
	const actions = actionsOf(typeOf('aiBatch'));
	expect(actions).toEqual(expect.arrayContaining(['Generate a batch', 'Get usage stats']));
	expect(actions).not.toContain('Run a HuggingFace model');
	expect(actions).not.toContain('Process an image');
});

// n8n adds it to the nodes of a credential that HTTP Request can use. NanoBananaPro's key travels in the body.
it('"Custom API Call" is offered where a node stands for one API, and nowhere else', () => {
	const offering = types
		.filter(({ name }) => name.startsWith(pack))
		.filter(({ properties }) => JSON.stringify(properties).includes('__CUSTOM_API_CALL__'))
		.map(({ name }) => name.replace(pack, '').replace(/(Hitl)?Tool$/, ''));
	expect([...new Set(offering)].sort()).toEqual(['aiBatch', 'geminiImage', 'imageSaas', 'jimeng', 'zImage']);
});
