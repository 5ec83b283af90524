import type { Lineage } from '../lineage';

/** The namespaces of the packet below. */
const namespaces = [
	'xmlns:dc="http://purl.org/dc/elements/1.1/"',
	'xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
	'xmlns:exif="http://ns.adobe.com/exif/1.0/"',
	'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
].join(' ');

const syntax = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';

/** IPTC's term for an image that a model made. */
const madeByModel = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/** The data that image managers and search engines read: the description, the tool, and that a model made the image. */
export function xmpOf({ prompt }: Lineage, parameters: string): string {
	return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${syntax}"><rdf:Description rdf:about="" ${namespaces}>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(prompt ?? '')}</rdf:li></rdf:Alt></dc:description>
<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">${escaped(parameters)}</rdf:li></rdf:Alt></exif:UserComment>
<xmp:CreatorTool>n8n-nodes-image-pipelines</xmp:CreatorTool>
<Iptc4xmpExt:DigitalSourceType>${madeByModel}</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
}

function escaped(text: string): string {
	return text
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;');
}
