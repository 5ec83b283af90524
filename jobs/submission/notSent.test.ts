import { noSlot, notPacedInTime, notSentAgain } from './notSent';

it.each([
	[noSlot(3), 'No job ended in time: 3 are in flight, as many as the credential allows', 'Jobs in Flight'],
	[
		notPacedInTime(5),
		'The request could not be sent in time: the credential allows 5 requests a minute',
		'Requests per Minute',
	],
	[notPacedInTime(null), 'The request could not be sent in time', 'Requests per Minute'],
])('an error before the request is sent names the limit, and what to raise', (error, message, field) => {
	expect(error).toMatchObject({ code: 'rateLimited', message, delivery: 'notSent', retryable: true });
	expect(error.hint).toContain('Raise "Max Wait"');
	expect(error.hint).toContain(field);
});

it('if an outcome cannot be settled, the error names each way to generate the image anyway', () => {
	expect(notSentAgain()).toMatchObject({ code: 'conflict', outcome: 'unknown', delivery: 'notSent' });
	for (const way of ['Check at the provider', 'Image Jobs', 'run the workflow once more', '"Idempotency Key"'])
		expect(notSentAgain().hint).toContain(way);
});
