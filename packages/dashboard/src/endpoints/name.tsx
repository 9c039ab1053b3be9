// An endpoint by its name: its description and its host, since several may be described alike; else its host and path.
import type { Endpoint } from '../api/answers.ts';
import { inert } from '../parts/inert.ts';

const ID_CHARACTERS = 13;

/** The beginning of an id: Find takes it as it is shown. */
export const shortId = (id: string): string => id.slice(0, ID_CHARACTERS);

/** A callback URL without its scheme. */
export const shortUrl = (url: string): string => inert(url.replace(/^https?:\/\//, ''));

/** The host that a callback URL calls. */
export const hostOf = (url: string): string => inert(URL.canParse(url) ? new URL(url).host : url);

/** An endpoint in one line: several may have the same description. */
export const fullName = ({ description, url }: Pick<Endpoint, 'description' | 'url'>): string =>
  description === '' ? shortUrl(url) : `${inert(description)} · ${hostOf(url)}`;

interface EndpointNameProps {
  /** `undefined` when it was deleted. */
  readonly endpoint: Endpoint | undefined;
  readonly id: string;
  /** The host stands beside it. */
  readonly withoutHost?: boolean;
}

export function EndpointName({ endpoint, id, withoutHost = false }: EndpointNameProps) {
  if (endpoint === undefined) return <span className="muted">deleted {shortId(id)}</span>;
  return (
    <span className="endpoint-name" title={inert(endpoint.url)}>
      {withoutHost ? inert(endpoint.description) || shortUrl(endpoint.url) : fullName(endpoint)}
    </span>
  );
}
