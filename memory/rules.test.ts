import type { BudgetLimit } from './memory.ts';
import type { JobRecord, PaidRequest, RecordState } from './record.ts';
import {
	begunRecord,
	canSettle,
	exceeds,
	isAdoptable,
	isEndOf,
	isFailed,
	isPart,
	isSuccess,
	isUnknown,
	providerIds,
} from './rules.ts';
import { accepted, ended, newRecord, notAccepted, origin, snapshot, unknown } from './testing/samples.ts';

const record = (state: RecordState, changes: Partial<JobRecord> = {}): JobRecord =>
	({ ...begunRecord(newRecord('fox'), 1000), ...state, ...changes }) as JobRecord;
const request = (part: number, providerId: string | null): PaidRequest => ({
	part,
	outcome: 'accepted',
	sentAt: 1,
	providerId,
});
const sent: RecordState = { state: 'sent' };

test('a begun record is held and busy, and not delivered', () => {
	expect(begunRecord(newRecord('fox'), 1000)).toEqual({
		...newRecord('fox'),
		state: 'sent',
		createdAt: 1000,
		updatedAt: 1000,
		adoptedFrom: null,
		deliveredAt: null,
		held: 'mine',
		busy: true,
	});
});

test.each<[Partial<BudgetLimit>, { images: number; usd: number | null }, boolean]>([
	[{ images: 5 }, { images: 2, usd: null }, false],
	[{ images: 5 }, { images: 3, usd: null }, true],
	[{ images: 5 }, { images: 1, usd: 1000 }, false],
	[{ usd: 0.3 }, { images: 1000, usd: 0.2 }, false],
	[{ usd: 0.3 }, { images: 1, usd: 0.2001 }, true],
	[{ usd: 0.3 }, { images: 1, usd: null }, false],
	[{ usd: 0.05 }, { images: 1, usd: null }, true],
	[{ images: 9, usd: 0.3 }, { images: 1, usd: 0.3 }, true],
	[{ images: 4, usd: 9 }, { images: 2, usd: 0.1 }, true],
	[{}, { images: 1000, usd: 1000 }, false],
])('under %j, with 3 images and 0.1 dollars spent, %j exceeds: %s', (limit, cost, expected) => {
	const over = { lineage: 'a', nodeId: 'b' };
	expect(exceeds({ name: 'today', over, ...limit }, { images: 3, usd: 0.1 }, cost)).toBe(expected);
});

test.each<[Parameters<typeof providerIds>[0], string[]]>([
	[{}, []],
	[{ state: sent }, []],
	[{ state: unknown }, []],
	[{ state: accepted('job') }, ['job']],
	[{ state: accepted(null) }, []],
	[{ state: ended('succeeded', 'batch~3~a.b') }, ['batch~3~a.b', 'batch']],
	[{ state: accepted('~odd') }, ['~odd']],
	[{ requests: [request(0, 'a'), request(1, null), request(2, 'b')] }, ['a', 'b']],
	[{ requests: [request(0, 'job')], state: accepted('job') }, ['job']],
])('%j names the ids %j', (change, ids) => {
	expect(providerIds(change)).toEqual(ids);
});

test.each<[PaidRequest[], string, boolean]>([
	[[request(0, 'a'), request(1, 'b')], 'a', true],
	[[request(0, 'a'), request(1, 'b')], 'c', false],
	[[request(0, 'a')], 'a', false],
	[[request(0, 'a'), request(1, null)], 'a', false],
	[[request(0, 'a'), request(0, 'a')], 'a', false],
	[[], 'a', false],
])('of the requests %j, %s is one of several: %s', (requests, id, expected) => {
	expect(isPart(requests, id)).toBe(expected);
});

test.each<[RecordState, string, string | null, boolean]>([
	[accepted('job'), 'endpoint', 'job', true],
	[accepted(null), 'endpoint', 'job', true],
	[accepted('job'), 'endpoint', 'part', false],
	[accepted('job'), 'another', 'job', false],
	[ended('succeeded', 'job'), 'endpoint', 'job', false],
	[sent, 'endpoint', 'job', false],
	[unknown, 'endpoint', 'job', false],
])('%j at %s takes the end of %s: %s', (state, endpoint, id, expected) => {
	expect(isEndOf(record(state), endpoint, snapshot('succeeded', id))).toBe(expected);
});

test.each<[RecordState, boolean, boolean]>([
	[sent, false, false],
	[unknown, false, false],
	[notAccepted, false, false],
	[accepted(), false, false],
	[ended('succeeded'), false, true],
	[ended('partial'), false, false],
	[ended('failed'), true, false],
	[ended('canceled'), true, false],
	[{ state: 'accepted', snapshot: snapshot('succeeded') }, false, false],
	[{ state: 'accepted', snapshot: snapshot('failed') }, true, false],
])('%j has failed: %s, has succeeded: %s', (state, failed, succeeded) => {
	expect([isFailed(state), isSuccess(state)]).toEqual([failed, succeeded]);
});

test.each<[RecordState, boolean]>([
	[sent, true],
	[unknown, true],
	[accepted(), true],
	[ended(), true],
	[ended('failed'), false],
	[notAccepted, false],
])('%j may be adopted at its own node: %s', (state, expected) => {
	const { workflowId, nodeId } = origin;
	expect(isAdoptable(record(state), { workflowId, nodeId })).toBe(expected);
	expect(isAdoptable(record(state), { workflowId: 'other', nodeId })).toBe(false);
	expect(isAdoptable(record(state), { workflowId, nodeId: 'other' })).toBe(false);
});

test.each<[RecordState, boolean, boolean, boolean]>([
	[sent, false, true, true],
	[sent, true, false, false],
	[unknown, false, true, true],
	[unknown, true, false, true],
	[accepted(), false, false, false],
	[ended(), false, false, false],
	[notAccepted, false, false, false],
])('%j (busy: %s) can be settled by a person: %s, counts as unknown: %s', (state, busy, settles, counts) => {
	expect([canSettle(record(state, { busy })), isUnknown(record(state, { busy }))]).toEqual([settles, counts]);
});
