/** What nodes take endpoints from. */
export { endpointOf, rememberWith } from './registry';
export { Pool, poolOf } from '../submission/pool';
