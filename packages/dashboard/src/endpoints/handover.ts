// A URL of another scheme, host or port belongs to another receiver. It gets the present secret and the extra headers only if
// somebody says so: the API refuses such a change otherwise.
import type { EndpointSecret } from '../api/answers.ts';

/** Credentials that the other receiver gets. */
export interface Handover {
  readonly keepSecret: boolean;
  readonly keepHeaders: boolean;
}

/** The choice that gives nothing away. */
export const NOTHING: Handover = { keepSecret: false, keepHeaders: false };

/** Whether a URL belongs to another receiver. A text that is no URL yet belongs to none. */
export function isOtherReceiver(present: string, typed: string): boolean {
  return URL.canParse(typed) && new URL(typed).origin !== new URL(present).origin;
}

/** The settings that a change to another receiver must name. @param kept as `…/secret` shows them; needed to keep headers */
export function handedOver(
  { keepSecret, keepHeaders }: Handover,
  kept: EndpointSecret | undefined,
): Readonly<Record<string, unknown>> {
  const headers = keepHeaders && kept !== undefined ? kept.headers : {};
  return keepSecret ? { headers, keepSecret } : { headers, secret: newSecret() };
}

/** As the server makes one: see domain/secret.ts. */
function newSecret(): string {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const base64 = btoa(String.fromCharCode(...random));
  return `phsec_${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}
