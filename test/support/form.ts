/** Reads a multipart body with an implementation other than the pack's own: Node's. */
export async function parseForm(body: Buffer, contentType: string | undefined): Promise<FormData> {
	// Node recommends a streaming parser instead, for servers. The bodies of these tests are small.
	// eslint-disable-next-line @typescript-eslint/no-deprecated
	return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType ?? '' } }).formData();
}
