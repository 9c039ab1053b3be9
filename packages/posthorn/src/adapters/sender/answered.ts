// A response whose status is not 20x, as a sentence for the tenant. Of a redirect it says where it leads, as far as that can
// be said safely: the receiver chose the text.
import type { Response } from '../../domain/outcome.ts';

const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 303, 307, 308]);
/** Longer addresses are cut: a sentence is to be read. */
const MAX_SHOWN_CHARACTERS = 200;

/** @param url that was called */
export function answered(response: Response, url: string): string {
  const { status } = response;
  const sentence = `The receiver answered with status ${status}; 200 to 209 is success.`;
  if (!REDIRECTS.has(status)) return sentence;
  const target = redirectTarget(response, url);
  return `${sentence} Redirects are not followed${target === undefined ? '' : `: it leads to ${target}`}.`;
}

/**
 * The URL parser leaves visible ASCII only. User and password are left out, and so are query and fragment, which may hold a
 * token of the receiver.
 */
function redirectTarget({ headers }: Response, url: string): string | undefined {
  const location = headers.find(([name]) => name === 'location')?.[1];
  const target = location === undefined ? null : URL.parse(location, url);
  if (target === null || !/^https?:$/.test(target.protocol)) return undefined;
  const shown = `${target.origin}${target.pathname}${target.search === '' ? '' : '?…'}`;
  return shown.length > MAX_SHOWN_CHARACTERS ? `${shown.slice(0, MAX_SHOWN_CHARACTERS)}…` : shown;
}
