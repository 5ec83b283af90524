import { answerWith, backwards, clockOff, emptyLists, page, redirectTo, unknownStatus, withHeaders } from './changes';
import type { Wire } from './wire';

/** A fault that lasts from the moment when it begins until it is lifted. */
export interface Fault {
	/** For the command line and the tables. */
	id: string;
	/** One line for docs/faults.md. */
	title: string;
	wire: Wire;
	/** Only answers with such a part can have the fault; absent: every answer. Other cells are shown as "–". */
	needs?: 'a status' | 'a list' | 'a WebSocket';
	/** The provider reports a failed job, and a repeated request for it makes another one. */
	endsJobs?: boolean;
	/** The node is expected to give its result in spite of it. */
	isHarmless?: boolean;
}

const day = 86_400_000;
const json = 'application/json; charset=utf-8';
const front = (answer: Extract<Wire, { kind: 'front' }>['answer']): Wire => ({ kind: 'front', answer });
const change = (to: Extract<Wire, { kind: 'change' }>['change']): Wire => ({ kind: 'change', change: to });

export const faults: readonly Fault[] = [
	{ id: 'refused', title: 'The server is away: connections are refused', wire: { kind: 'refuse' } },
	{ id: 'reset-before', title: 'Reset before the request is read', wire: { kind: 'resetAtRequest' } },
	{ id: 'reset-inside', title: 'Reset in the middle of the request', wire: { kind: 'resetInRequest' } },
	{ id: 'hang-before', title: 'The request is not read, and no answer comes', wire: { kind: 'hangAtRequest' } },
	{ id: 'reset-after', title: 'Reset after the request took effect', wire: { kind: 'cut', part: 'start' } },
	{ id: 'hang-after', title: 'No answer after the request took effect', wire: { kind: 'silence', part: 'start' } },
	{ id: 'cut-headers', title: 'Reset anywhere in the headers', wire: { kind: 'cut', part: 'headers' } },
	{ id: 'hang-headers', title: 'Silence anywhere in the headers', wire: { kind: 'silence', part: 'headers' } },
	{ id: 'cut-body', title: 'Reset anywhere in the body', wire: { kind: 'cut', part: 'body' } },
	{ id: 'hang-body', title: 'Silence anywhere in the body', wire: { kind: 'silence', part: 'body' } },
	{ id: 'drip', title: 'One byte every 100 ms', wire: { kind: 'drip', pauseMs: 100 } },
	{ id: 'late', title: 'Every answer is half a second late', wire: { kind: 'late', pauseMs: 500 }, isHarmless: true },
	{ id: 'endless', title: 'A body that never ends', wire: { kind: 'endless' } },
	{
		id: 'tls',
		title: 'A TLS alert instead of HTTP',
		wire: { kind: 'bytes', instead: '\x15\x03\x01\x00\x02\x02\x28' },
	},
	{ id: 'no-http', title: 'The banner of another protocol', wire: { kind: 'bytes', instead: '220 mail ESMTP\r\n' } },
	{
		id: 'early-hints',
		title: 'Twenty informational answers first',
		wire: { kind: 'bytes', before: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(20) },
		isHarmless: true,
	},
	{
		id: 'extra-bytes',
		title: 'More bytes after the end of the answer',
		wire: { kind: 'bytes', after: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}' },
	},
	{ id: 'html', title: '200 with a sign-in page', wire: change(answerWith(200, 'text/html', page)) },
	{ id: 'no-json', title: '200 with half of a JSON text', wire: change(answerWith(200, json, '{"id": "4')) },
	{ id: 'other-json', title: '200 with other JSON', wire: change(answerWith(200, json, '[null, 7, {"ok": []}]')) },
	{ id: 'empty', title: '200 with an empty body', wire: change(answerWith(200, json, '')) },
	{ id: 'no-content', title: '204', wire: change(answerWith(204, json, '')) },
	{
		id: 'bad-gzip',
		title: 'Not gzip, although the header says so',
		wire: change(withHeaders({ 'content-encoding': 'gzip' })),
	},
	{ id: 'odd-status', title: 'HTTP status 799', wire: change(answerWith(799, 'text/plain', 'No such status')) },
	{
		id: 'unauthorized',
		title: '401: the key was revoked',
		wire: front(answerWith(401, json, '{"error":"revoked"}')),
	},
	{
		id: 'gone',
		title: '404: the job or file vanished',
		wire: front(answerWith(404, json, '{"error":"not found"}')),
	},
	{
		id: 'limited',
		title: '429 with a Retry-After of a day',
		wire: front(answerWith(429, json, '{"error":"slow down"}', { 'retry-after': '86400' })),
	},
	{ id: 'error', title: '500', wire: change(answerWith(500, 'text/plain', 'Internal Server Error')) },
	{ id: 'gateway', title: "502 with a gateway's page", wire: change(answerWith(502, 'text/html', page)) },
	{
		id: 'busy',
		title: '503 with a Retry-After in the past',
		wire: change(answerWith(503, 'text/html', page, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })),
	},
	{ id: 'loop', title: 'A redirect without end', wire: front(redirectTo((url) => `${url}/loop`)) },
	{
		id: 'elsewhere',
		title: 'A redirect to a private address',
		wire: front(redirectTo(() => 'http://127.0.0.1:9/x')),
	},
	{ id: 'nowhere', title: 'A redirect without an address', wire: front(redirectTo(() => null)) },
	{
		id: 'unknown-status',
		title: 'A job status that no document names',
		wire: change(unknownStatus),
		needs: 'a status',
	},
	{ id: 'backwards', title: 'The job goes back to an earlier status', wire: change(backwards), needs: 'a status' },
	{
		id: 'empty-lists',
		title: 'All lists are empty: of jobs, and of the images of a job',
		wire: change(emptyLists),
		needs: 'a list',
		endsJobs: true,
	},
	{ id: 'clock-behind', title: "The server's clock is a day behind", wire: change(clockOff(-day)), isHarmless: true },
	{ id: 'clock-ahead', title: "The server's clock is a day ahead", wire: change(clockOff(day)), isHarmless: true },
	{
		id: 'socket-refused',
		title: 'The WebSocket is not accepted',
		wire: { kind: 'socket', does: 'refuse' },
		needs: 'a WebSocket',
	},
	{
		id: 'socket-cut',
		title: 'The WebSocket is cut anywhere',
		wire: { kind: 'socket', does: 'cut' },
		needs: 'a WebSocket',
	},
	{
		id: 'socket-silent',
		title: 'The WebSocket falls silent anywhere',
		wire: { kind: 'socket', does: 'silence' },
		needs: 'a WebSocket',
	},
	{
		id: 'socket-garbage',
		title: 'The WebSocket sends garbage anywhere',
		wire: { kind: 'socket', does: 'garbage' },
		needs: 'a WebSocket',
	},
];
