import fc from 'fast-check';
import { isNotPassedOn, isPlainlyNotAccepted } from './notAccepted';

const answered = (status: number, text: string | null) => ({ status, headers: {}, text });
const isOwn = (body: unknown) => typeof body === 'object' && body !== null && 'error' in body;
const own = '{"error":"NO"}';
const foreign = ['<html><h1>Bad gateway</h1></html>', '{"error":', '', 'null', '[]', '{"message":"no route"}', null];

it.each([301, 302, 303, 307, 308, 401, 404, 405, 407, 413, 414, 415, 431])(
	'%i alone shows that nothing was passed on, no matter who sent the page',
	(status) => {
		for (const text of [own, ...foreign]) expect(isPlainlyNotAccepted(answered(status, text), isOwn)).toBe(true);
	},
);

it.each([400, 402, 403, 410, 422, 424, 429, 451, 503])(
	"%i means not accepted only in the provider's own form: a filter may send it after the work was done",
	(status) => {
		expect(isPlainlyNotAccepted(answered(status, own), isOwn)).toBe(true);
		for (const text of foreign) expect(isPlainlyNotAccepted(answered(status, text), isOwn)).toBe(false);
	},
);

it.each([100, 200, 201, 202, 204, 408, 409, 499, 500, 501, 502, 504, 520, 524, 599])(
	'%i is none, in no form',
	(status) => {
		for (const text of [own, ...foreign]) expect(isPlainlyNotAccepted(answered(status, text), isOwn)).toBe(false);
	},
);

it("an answer that is not in the provider's form means not accepted only by its status", () => {
	fc.assert(
		fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, text) => {
			expect(isPlainlyNotAccepted(answered(status, text), () => false)).toBe(isNotPassedOn(status));
		}),
	);
});
