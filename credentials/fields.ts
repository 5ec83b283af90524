import type { INodeProperties } from 'n8n-workflow';

/** In every credential: results of a self-hosted backend often lie on another private host. */
export const allowedHosts: INodeProperties = { displayName: 'Allowed Download Hosts', name: 'allowedHosts', type: 'string', default: '', placeholder: 'e.g. minio.local:9000, 10.0.0.7', description: 'Hosts on your own network that images may be downloaded from, separated by commas. Public addresses and the host of the base URL are always allowed, other private ones never.' };
