/** The document's words for a job's status, by which the job list can be filtered. */
export const jobStatusWords = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'RETRYING', 'CANCELED'] as const;
