import { FAULT_KINDS, Faults, statusOf } from './faults';

const faults = () => new Faults(['generate', 'get'], () => 0);

it('skip lets so many requests of the route pass, whatever becomes of them', () => {
	const armed = faults();
	armed.add({ route: 'generate', kind: '500' });
	armed.add({ route: 'generate', kind: '504AfterAccept', skip: 2 });
	expect(armed.take('get', 'anyone')).toBeNull();
	expect([1, 2, 3, 4].map(() => armed.take('generate', 'anyone')?.kind)).toEqual([
		'500',
		undefined,
		'504AfterAccept',
		undefined,
	]);
});

it('with times, so many requests in a row are hit after those that pass', () => {
	const armed = faults();
	armed.add({ route: 'any', kind: 'empty', skip: 1, times: 2 });
	expect([1, 2, 3, 4].map(() => armed.take('get', 'anyone') !== null)).toEqual([false, true, true, false]);
});

it('answers that only a gateway sends are its page, the others are if requested', () => {
	const armed = faults();
	const kinds = [
		'502',
		'504',
		'502AfterAccept',
		'503AfterAccept',
		'504AfterAccept',
		'503',
		'500',
		'500AfterAccept',
	] as const;
	for (const kind of kinds) armed.add({ route: 'get', kind });
	expect(kinds.map(() => armed.take('get', 'anyone')?.page)).toEqual([
		true,
		true,
		true,
		true,
		true,
		false,
		false,
		false,
	]);
	for (const kind of ['403', '404', '429', '500', '503', '500AfterAccept'])
		armed.add({ route: 'get', kind, page: true });
	expect(armed.take('get', 'anyone')).toMatchObject({ kind: '403', page: true });
	expect(() => armed.add({ route: 'get', kind: 'hang', page: true })).toThrow('only a status can be a page');
	expect(() => armed.add({ route: 'get', kind: '500', skip: -1 })).toThrow();
});

it('a status has the name of its kind', () => {
	expect(FAULT_KINDS.filter((kind) => statusOf(kind) !== null)).toEqual([
		'403',
		'404',
		'429',
		'500',
		'502',
		'503',
		'504',
		'500AfterAccept',
		'502AfterAccept',
		'503AfterAccept',
		'504AfterAccept',
	]);
});

it('with a tenant, requests of others are neither hit nor counted', () => {
	const armed = faults();
	armed.add({ route: 'any', kind: '503', tenant: 'busy', skip: 1, times: 2 });
	expect(
		['busy', 'other', 'busy', 'other', 'busy', 'busy'].map((tenant) => armed.take('get', tenant) !== null),
	).toEqual([false, false, true, false, true, false]);
});
