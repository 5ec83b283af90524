/** A multipart body as another implementation than ours reads it: Node's own. */
export async function parseForm(body: Buffer, contentType: string | undefined): Promise<FormData> {
	// The streaming parser that is recommended instead is for servers; these are small bodies of tests.
	// eslint-disable-next-line @typescript-eslint/no-deprecated
	return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType ?? '' } }).formData();
}
