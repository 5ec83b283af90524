import { ImageError } from '../../model/errors';
import { throwUnlessOk, toJobError } from './errors';
import { fromListedJob } from './mapping';
import { listedJob } from './wire';

function thrown(status: number, error: string): ImageError {
	try {
		throwUnlessOk({ status, headers: {}, text: JSON.stringify({ error, message: 'why' }) }, 0);
	} catch (error) {
		return error as ImageError;
	}
	throw new Error('It is a success');
}

it.each([
	// A 500 says nothing itself, so a code may say what was wrong, but not that waiting helps.
	[500, 'INVALID_STATE', 'conflict', /queued and retrying/],
	[500, 'JOB_NOT_FOUND', 'notFound', /job ID/],
	[500, 'NOT_FOUND', 'notFound', /tenant that made it/],
	[500, 'INVALID_API_KEY', 'auth', /API key/],
	[500, 'INTERNAL_ERROR', 'upstream', /malformed/],
	[500, 'PROVIDER_ERROR', 'upstream', /image model failed/],
	[500, 'RATE_LIMIT_EXCEEDED', 'upstream', null],
	[500, 'TENANT_CONC_LIMIT', 'upstream', null],
	[500, 'SERVICE_OVERLOAD', 'upstream', null],
	// A clear status is not contradicted, and a code of the same meaning gives the hint.
	[429, 'TENANT_RATE_LIMIT', 'rateLimited', /"Requests per Minute"/],
	[429, 'TENANT_CONC_LIMIT', 'rateLimited', /"Jobs in Flight"/],
	[429, 'RATE_LIMIT_EXCEEDED', 'rateLimited', /"Requests per Minute" or "Jobs in Flight"/],
	[503, 'SERVICE_OVERLOAD', 'overloaded', /busy/],
	[404, 'INVALID_STATE', 'notFound', /base URL/],
	[401, 'RATE_LIMIT_EXCEEDED', 'auth', /API key/],
	[400, 'TENANT_RATE_LIMIT', 'rateLimited', /"Requests per Minute"/],
])('%i %s is %s', (status, error, code, hint) => {
	const { code: own, hint: shown } = thrown(status, error);
	expect(own).toBe(code);
	if (hint) expect(shown).toMatch(hint);
	else expect(shown ?? '').not.toMatch(/Lower|busy/);
});

it.each([
	['SERVICE_OVERLOAD', 'SERVICE_OVERLOAD', 'SERVICE_OVERLOAD', 'overloaded'],
	['SERVICE_OVERLOAD', 'full', 'SERVICE_OVERLOAD: full', 'overloaded'],
	['SERVICE_OVERLOAD', null, 'SERVICE_OVERLOAD', 'overloaded'],
	[null, 'full', 'full', 'upstream'],
	[null, null, 'The provider gave no reason', 'upstream'],
	['CONTENT_POLICY', null, 'CONTENT_POLICY', 'contentRejected'],
])('a job that failed with %s and "%s" says "%s"', (error, message, text, code) => {
	expect(toJobError(error, message)).toMatchObject({ message: text, code });
});

it.each([
	[{ status: 'succeeded', resultUrls: ['https://a.example/1.png'] }, null],
	[{ status: 'running' }, null],
	[{ status: 'running', errorCode: '', errorMessage: null }, null],
	[{ status: 'failed', errorCode: 'SERVICE_OVERLOAD' }, { code: 'overloaded' }],
	[
		{ status: 'failed', errorMessage: 'Blocked' },
		{ code: 'contentRejected', message: 'Blocked' },
	],
])('a row of the list, %j, has the error %j', (row, error) => {
	const { job } = fromListedJob(listedJob.parse({ id: 'a', ...row }));
	if (error) expect(job.error).toMatchObject(error);
	else expect(job.error).toBeNull();
});
