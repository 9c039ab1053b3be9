// An endpoint by its name: what it is described as, else its host and path.
import type { Endpoint } from '../api/shapes.ts';
import { inert } from '../parts/inert.ts';

const ID_CHARACTERS = 13;

/** The beginning of an id: Find takes it as it is shown. */
export const shortId = (id: string): string => id.slice(0, ID_CHARACTERS);

/** A callback URL without its scheme. */
export const shortUrl = (url: string): string => inert(url.replace(/^https?:\/\//, ''));

/** @param endpoint `undefined` when it was deleted */
export function EndpointName({ endpoint, id }: { readonly endpoint: Endpoint | undefined; readonly id: string }) {
  if (endpoint === undefined) return <span className="muted">deleted {shortId(id)}</span>;
  return <span className="endpoint-name">{inert(endpoint.description) || shortUrl(endpoint.url)}</span>;
}
