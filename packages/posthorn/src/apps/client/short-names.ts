// Long things in few characters, still to be told apart.
import { inert } from '../terminal/inert.ts';

const ID_CHARACTERS = 8;

/** The end of an id: its beginning is the time, which things made together share. */
export const shortId = (id: string): string => `…${inert(id.slice(-ID_CHARACTERS))}`;

/** A callback URL without its scheme and query, which may hold a credential. */
export function shortUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return inert(text);
  return inert(url.pathname === '/' ? url.host : url.host + url.pathname);
}
