import { waitUntil } from '../../scripts/lib/deadline';

/**
 * The HTML of the page of a waiting form, as soon as it holds the text. Until the execution waits for the page, the
 * page says so and may answer late.
 */
export const waitingPage = async (url: string, text: string): Promise<string> =>
	await waitUntil({ for: `the page "${text}"`, withinMs: 40_000 }, async () => {
		const html = await fetch(url, { signal: AbortSignal.timeout(3_000) }).then(
			(answer) => answer.text(),
			() => '',
		);
		return html.includes(text) ? html : undefined;
	});
