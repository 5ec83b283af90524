/** Reads a multipart body with an implementation other than the pack's own: Node's. */
export async function parseForm(body: Buffer, contentType: string | undefined): Promise<FormData> {
	// eslint-disable-next-line @typescript-eslint/no-deprecated -- only for servers, and the bodies of tests are small
	return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType ?? '' } }).formData();
}
