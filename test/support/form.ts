/** A multipart body as another implementation than ours reads it: Node's own. */
export async function parseForm(body: Buffer, contentType: string | undefined): Promise<FormData> {
	// eslint-disable-next-line @typescript-eslint/no-deprecated -- small bodies of tests; the streaming parser it recommends is for servers
	return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType ?? '' } }).formData();
}
