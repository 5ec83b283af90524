import fc from 'fast-check';
import { growth } from '../test/support/growth';
import { BoundedMap } from './boundedMap';

interface Value {
	name: string;
	inUse: boolean;
}

const max = 4;

/** The same map as a list, least recently used first. */
interface Model {
	entries: Array<[string, Value]>;
	evicted: string[];
}

interface Real {
	map: BoundedMap<Value>;
	evicted: string[];
}

const makeReal = (): Real => {
	const evicted: string[] = [];
	return {
		map: new BoundedMap<Value>({ max, isInUse: ({ inUse }) => inUse, onEvict: ({ name }) => evicted.push(name) }),
		evicted,
	};
};

const at = ({ entries }: Model, key: string) => entries.findIndex(([own]) => own === key);

class Set_ implements fc.Command<Model, Real> {
	constructor(
		private readonly key: string,
		private readonly value: Value,
	) {}
	check = () => true;
	run(model: Model, { map, evicted }: Real): void {
		if (at(model, this.key) >= 0) model.entries.splice(at(model, this.key), 1);
		model.entries.push([this.key, { ...this.value }]);
		for (let n = 0; n < model.entries.length - 1 && model.entries.length > max; ) {
			const [key, { inUse, name }] = model.entries[n] ?? ['', { inUse: true, name: '' }];
			if (inUse) n++;
			else {
				model.entries.splice(n, 1);
				model.evicted.push(name);
				expect(key).not.toBe(this.key);
			}
		}
		map.set(this.key, { ...this.value });
		expect([...map]).toEqual(model.entries);
		expect(evicted).toEqual(model.evicted);
		const used = model.entries.filter(([, { inUse }]) => inUse).length;
		expect(map.size).toBeLessThanOrEqual(Math.max(max, used + 1));
	}
	toString = () => `set ${this.key}${this.value.inUse ? ' in use' : ''}`;
}

class Get implements fc.Command<Model, Real> {
	constructor(private readonly key: string) {}
	check = () => true;
	run(model: Model, { map }: Real): void {
		const index = at(model, this.key);
		const [entry] = index >= 0 ? model.entries.splice(index, 1) : [];
		if (entry) model.entries.push(entry);
		expect(map.has(this.key)).toBe(entry !== undefined);
		expect(map.get(this.key)).toEqual(entry?.[1]);
		expect([...map]).toEqual(model.entries);
	}
	toString = () => `get ${this.key}`;
}

class Use implements fc.Command<Model, Real> {
	constructor(
		private readonly key: string,
		private readonly inUse: boolean,
	) {}
	check = (model: Model) => at(model, this.key) >= 0;
	run(model: Model, { map }: Real): void {
		const [, value] = model.entries[at(model, this.key)] ?? [];
		const [, real] = [...map].find(([key]) => key === this.key) ?? [];
		if (value) value.inUse = this.inUse;
		if (real) real.inUse = this.inUse;
	}
	toString = () => `${this.inUse ? 'use' : 'leave'} ${this.key}`;
}

class Delete implements fc.Command<Model, Real> {
	constructor(private readonly key: string) {}
	check = () => true;
	run(model: Model, { map }: Real): void {
		const index = at(model, this.key);
		if (index >= 0) model.entries.splice(index, 1);
		expect(map.delete(this.key)).toBe(index >= 0);
		expect([...map]).toEqual(model.entries);
	}
	toString = () => `delete ${this.key}`;
}

it('keeps the newest entries and those in use, whatever is done with it', () => {
	const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
	const commands = fc.commands([
		fc.tuple(key, fc.boolean(), fc.nat(99)).map(([own, inUse, n]) => new Set_(own, { name: `${own}${n}`, inUse })),
		key.map((own) => new Get(own)),
		fc.tuple(key, fc.boolean()).map(([own, inUse]) => new Use(own, inUse)),
		key.map((own) => new Delete(own)),
	]);
	fc.assert(
		fc.property(commands, (steps) =>
			fc.modelRun(() => ({ model: { entries: [], evicted: [] }, real: makeReal() }), steps),
		),
		{ numRuns: 500 },
	);
});

it('a value is made once, and again after it was removed', () => {
	const map = new BoundedMap<number>({ max: 2 });
	let made = 0;
	const get = (key: string) => map.getOrMake(key, () => ++made);
	expect([get('a'), get('a'), get('b'), get('a'), get('c'), get('b')]).toEqual([1, 1, 2, 1, 3, 4]);
});

it('ten times the keys take about ten times as long', () => {
	const fill = (count: number) => {
		const map = new BoundedMap<number>({ max: 100 });
		for (let n = 0; n < count; n++) map.set(String(n), n);
		expect(map.size).toBe(Math.min(count, 100));
	};
	expect(growth(fill, 20_000)).toBeLessThan(40);
});
