import type { JobSnapshot } from '../../model/job';
import { packMemory } from '../execution/memory';
import type { Links } from './links';

/** Keeps the images without a URL until their links expire. */
export async function keepForLinks({ job: { ref }, images }: JobSnapshot, links: Links | undefined): Promise<void> {
	if (!links?.base || ref === undefined || images.every(({ url }) => url !== null)) return;
	await (await packMemory()).results.keep([ref], links.until);
}
