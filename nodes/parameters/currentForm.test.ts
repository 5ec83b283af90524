import { type INode, type INodeProperties, type INodeType, NodeHelpers } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { ImageCancel } from '../ImageCancel/ImageCancel.node';
import { ImageCompose } from '../ImageCompose/ImageCompose.node';
import { ImageGenerate } from '../ImageGenerate/ImageGenerate.node';
import { ImageJobs } from '../ImageJobs/ImageJobs.node';
import { ImagePoll } from '../ImagePoll/ImagePoll.node';
import { firstChoice, providerLine } from './providerLine';

const nodes = {
	generate: new ImageGenerate(),
	compose: new ImageCompose(),
	jobs: new ImageJobs(),
	poll: new ImagePoll(),
	cancel: new ImageCancel(),
};
const current = (name: keyof typeof nodes): INodeType => nodes[name].getNodeType();
const first = (name: keyof typeof nodes): INodeType => nodes[name].getNodeType(1);
const asNode = (parameters: INode['parameters']): INode => ({
	id: '1',
	name: 'Node',
	type: 'test',
	typeVersion: 1.1,
	position: [0, 0],
	parameters,
});

/** Names of the fields that the editor shows at the top of the form. */
function shownFields({ description }: INodeType, values: INode['parameters']): string[] {
	const node = asNode(values);
	const all = NodeHelpers.getNodeParameters(description.properties, values, true, false, node, description) ?? {};
	return description.properties
		.filter((field) => NodeHelpers.displayParameter(all, field, node, description))
		.map(({ name }) => name);
}

/** The credentials that the editor shows. */
function shownCredentials({ description }: INodeType, values: INode['parameters']): string[] {
	const node = asNode(values);
	const all = NodeHelpers.getNodeParameters(description.properties, values, true, false, node, description) ?? {};
	return (description.credentials ?? [])
		.filter((credential) => NodeHelpers.displayParameter(all, credential, node, description))
		.map(({ name }) => name);
}

const optionsOf = ({ description }: INodeType) =>
	(description.properties.find(({ name }) => name === 'options')?.options ?? []) as INodeProperties[];

describe('the form of version 1.1', () => {
	it.each(providers.map(({ id }) => id))('has provider, model, prompt and wait at its top: %s', (provider) => {
		const fields = shownFields(current('generate'), { provider, wait: false });
		expect(fields.filter((name) => name !== 'model')).toEqual(['provider', 'prompt', 'wait', 'options']);
		expect(fields.indexOf('model')).toBe(
			providers.find(({ id }) => id === provider)?.capabilities.models.length ? 1 : -1,
		);
	});

	it('shows Max Wait only while Wait is on', () => {
		expect(shownFields(current('generate'), { wait: true })).toContain('maxWait');
		expect(shownFields(current('generate'), { wait: false })).not.toContain('maxWait');
	});

	it.each(['generate', 'compose'] as const)('has its options in one order for all providers: %s', (name) => {
		const node = current(name);
		const names = [...new Set(optionsOf(node).map((option) => option.name))];
		expect(names[0]).toBe('count');
		for (const { id } of providers) {
			const shown = optionsOf(node).filter(
				({ displayOptions }) => displayOptions?.show?.['/provider']?.includes(id) !== false,
			);
			const order = shown.map((option) => names.indexOf(option.name));
			expect(order).toEqual([...order].sort((a, b) => a - b));
		}
	});

	it.each(['generate', 'compose'] as const)('offers no option twice to a provider: %s', (name) => {
		for (const choice of [...providers.map(({ id }) => id), 'several', 'fromInput']) {
			const shown = optionsOf(current(name))
				.filter(({ displayOptions }) => displayOptions?.show?.['/provider']?.includes(choice) !== false)
				.filter(({ displayOptions }) => displayOptions?.show?.['/wait']?.[0] !== false)
				.map((option) => option.name);
			expect(shown).toEqual([...new Set(shown)]);
		}
	});

	it('names the default of a choice where the pack knows it', () => {
		const namesOf = (provider: string, name: string) =>
			optionsOf(current('generate'))
				.filter((option) => option.name === name)
				.filter(({ displayOptions }) => displayOptions?.show?.['/provider']?.includes(provider))
				.flatMap(({ options = [] }) => options[0]?.name);
		expect(namesOf('zImage', 'resolution')).toEqual(['Default (1K)']);
		expect(namesOf('imageSaas', 'resolution')).toEqual(["Default (Server's Choice)"]);
		expect(namesOf('several', 'aspectRatio')).toEqual(["Default (Each Provider's Choice)"]);
	});
});

describe('the provider of a new node', () => {
	it('needs only an API key, and takes files in Image Compose', () => {
		const preset = (name: keyof typeof nodes) =>
			current(name).description.properties.find((field) => field.name === 'provider')?.default;
		expect(preset('generate')).toBe('gemini');
		expect(preset('compose')).toBe('gemini');
		expect([preset('poll'), preset('cancel')]).toEqual(['fromInput', 'fromInput']);
	});

	it('is the first one if all need a server', () => {
		const servers = providers.filter(({ about }) => about.needs === 'server');
		expect(firstChoice(servers)).toBe(servers[0]?.id);
		expect(firstChoice([])).toBe('');
	});

	it('each provider has a line that says what it is for', () => {
		const line = (id: string) => providers.filter((provider) => provider.id === id).map(providerLine)[0];
		expect(line('gemini')).toBe(
			"Google's models. API key only. References: 14 files. 8 images per job. Answers when done. " +
				'About 0.04 USD each.',
		);
		expect(line('imageSaas')).toMatch(/Needs a server\. References: 1 URL\. 10 images per job\. Asynchronous\.$/);
		expect(line('zImage')).toMatch(/No references\./);
		// The editor shows two lines.
		expect(providers.map(providerLine).filter((text) => text.length > 115)).toEqual([]);
	});
});

describe('the credentials of version 1.1', () => {
	it.each(providers.map(({ id, credential }) => [id, credential]))(
		'%s needs only its own',
		(provider, credential) => {
			const named = providers.find(({ id }) => id === provider);
			for (const name of [
				'generate',
				'poll',
				'cancel',
				...(named?.capabilities.references ? ['compose'] : []),
			] as const)
				expect(shownCredentials(current(name as keyof typeof nodes), { provider })).toEqual([credential]);
		},
	);

	it('a list of providers needs those of its providers', () => {
		expect(
			shownCredentials(current('generate'), { provider: 'several', providers: ['zImage', 'gemini'] }).sort(),
		).toEqual(['geminiImageApi', 'zImageApi']);
		for (const name of ['poll', 'cancel', 'generate'] as const)
			expect(shownCredentials(current(name), { provider: 'fromInput', inputProviders: ['jimeng'] })).toEqual([
				'jimengApi',
			]);
	});

	it('a new Image Poll and Image Jobs need that of the default provider', () => {
		for (const name of ['poll', 'jobs'] as const)
			expect(shownCredentials(current(name), {})).toEqual(['geminiImageApi']);
		expect(shownCredentials(current('jobs'), { provider: 'all', providers: ['zImage'] })).toEqual(['zImageApi']);
		expect(shownCredentials(first('jobs'), {})).toHaveLength(providers.length);
	});

	it('a list that is no longer shown hides no credential', () => {
		const values = { provider: 'zImage', inputProviders: ['gemini'], providers: ['gemini'] };
		expect(shownCredentials(current('generate'), values)).toEqual(['zImageApi']);
	});

	it('all of them are required, and each has one entry, because n8n takes the first of a name', () => {
		for (const name of ['generate', 'compose', 'poll', 'cancel', 'jobs'] as const) {
			const { credentials = [] } = current(name).description;
			expect(credentials.every(({ required }) => required)).toBe(true);
			expect(new Set(credentials.map((entry) => entry.name)).size).toBe(credentials.length);
		}
	});
});

describe('version 1', () => {
	it('keeps its fields, their defaults and their order', () => {
		const fields = (name: keyof typeof nodes) => [
			...new Map(first(name).description.properties.map((field) => [field.name, field.default])),
		];
		expect(fields('generate')).toEqual([
			['provider', 'imageSaas'],
			['providers', {}],
			['prompt', ''],
			['negativePrompt', ''],
			['model', ''],
			['count', 1],
			['aspectRatio', ''],
			['resolution', ''],
			['seed', ''],
			['wait', true],
			['maxWait', 300],
			['download', true],
			['options', {}],
		]);
		expect(
			fields('compose')
				.map(([name]) => name)
				.slice(0, 5),
		).toEqual(['provider', 'providers', 'prompt', 'references', 'strength']);
		expect(fields('poll')).toEqual([
			['provider', 'fromInput'],
			['jobId', '={{ $json.job.id }}'],
			['mode', 'wait'],
			['maxWait', 600],
			['download', true],
			['options', {}],
		]);
	});

	it('requires no credential, and shows all of them where items name their provider', () => {
		expect(shownCredentials(first('poll'), { provider: 'fromInput' })).toHaveLength(providers.length);
		expect(first('poll').description.credentials?.some(({ required }) => required)).toBe(false);
	});
});
