/** 32 digits that look different from each other, in lower case, because some file systems ignore case. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** Our own id of a job, made of the first 12 bytes of a hash: 12 digits, safe in file names. */
export function refFrom(hash: Uint8Array): string {
	return Array.from({ length: 12 }, (_, index) => digits[(hash[index] ?? 0) % digits.length]).join('');
}
