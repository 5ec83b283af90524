import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { downloadTimes } from '../../nodes/pictures/downloadTime';
import { bench } from './sandboxed';
import { recordFigure } from '../support/figures';

const { sandbox, books, chain } = bench();
const preset = { ...downloadTimes };
beforeEach(() => {
	Object.assign(downloadTimes, { graceMs: 500, onceMs: 500, oncePerImageMs: 0 });
	sandbox().fault({ route: 'asset', kind: 'hang', times: 20 });
});
afterEach(() => Object.assign(downloadTimes, preset));

const generate = (parameters: IDataObject) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: 'A fox', ...parameters },
	settings: { onError: 'continueRegularOutput' as const },
});
const poll = (parameters: IDataObject) => ({ name: 'Poll', type: 'imagePoll', parameters });
const late = {
	job: {
		status: 'succeeded',
		error: { code: 'timeout', hint: expect.stringContaining('run Image Poll on this item') as string },
	},
	images: [{ url: expect.stringContaining('http') as string }],
};
const jsonOf = (items: INodeExecutionData[]) => items.map(({ json }) => json);

it('a silent image host holds Image Generate for Max Wait and no longer, and the item keeps the URL', async () => {
	const began = performance.now();
	const result = await chain([{}], [generate({ maxWait: 1 })]);
	recordFigure('time.silentHost', `${((performance.now() - began) / 1000).toFixed(1)} s with Max Wait 1 s`);
	expect(jsonOf(result.output('Generate'))).toMatchObject([late]);
}, 10_000);

it.each([
	['Wait', { mode: 'wait', maxWait: 1 }],
	['Poll Once', { mode: 'once' }],
])(
	'a silent image host does not hold Image Poll with the mode %s, and a later poll fetches the image',
	async (_mode, parameters) => {
		const made = await chain([{}], [generate({ download: false, maxWait: 10 })]);
		const items = jsonOf(made.output('Generate'));
		const result = await chain(items, [poll(parameters)]);
		expect(jsonOf(result.output('Poll', 2))).toMatchObject([late]);
		await fetch(`${sandbox().url}/__sandbox/faults`, { method: 'DELETE' });
		const again = await chain(jsonOf(result.output('Poll', 2)), [poll(parameters)]);
		expect(again.output('Poll', 0)).toMatchObject([{ json: { job: { error: null } }, binary: { image_0: {} } }]);
	},
	10_000,
);

it('a stop ends a download that hangs within a second', async () => {
	let stoppedAt = 0;
	const result = await chain([{}], [generate({})], {
		onStart: (stop) => {
			const timer = setInterval(() => {
				if (books().statuses['hang'] === undefined) return;
				clearInterval(timer);
				stoppedAt = Date.now();
				stop();
			}, 20);
		},
	});
	expect(Date.now() - stoppedAt).toBeLessThan(1_000);
	expect(result.run.status).toBe('canceled');
}, 10_000);
