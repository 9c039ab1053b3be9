// From what somebody wants of an endpoint to settings that the engine may store: the checks that a schema cannot express.
import type { Static } from 'typebox';
import { checkCallHeaders } from '../../domain/call-headers.ts';
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { DEFAULT_SETTINGS, type EndpointSettings } from '../../domain/endpoint/settings.ts';
import { storedSubscriptions } from '../../domain/event-type.ts';
import { checkSecret, makeSecret, RANDOM_SECRET_BYTES } from '../../domain/secret.ts';
import type { Random } from '../../seams/random.ts';
import { type FieldError, invalid } from './problems.ts';
import type { RouteParts } from './route.ts';
import type { EndpointChangeBody } from './schemas/endpoint.ts';
import { fieldName } from './validation.ts';

type Wanted = Static<typeof EndpointChangeBody>;

/**
 * Checks what is wanted of an endpoint and brings it into its stored form.
 * @returns the settings that were named, and no others
 * @throws Problem that names every field at fault
 */
export function checkedSettings(
  wanted: Wanted,
  { callbackUrls, headerPrefix, minSecretBytes }: Pick<RouteParts, 'callbackUrls' | 'headerPrefix' | 'minSecretBytes'>,
): Partial<EndpointSettings> {
  const { url, secret, headers, eventTypes, ...plain } = wanted;
  const errors: FieldError[] = [];
  const checked: { url?: string; secrets?: readonly [string]; headers?: Record<string, string> } = {};
  if (url !== undefined) {
    const read = parseCallbackUrl(url, callbackUrls);
    if (read.ok) checked.url = read.url;
    else errors.push({ field: 'url', message: read.reason });
  }
  if (secret !== undefined) {
    const check = checkSecret(secret, minSecretBytes);
    if (check.ok) checked.secrets = [secret];
    else errors.push({ field: 'secret', message: check.reason });
  }
  if (headers !== undefined) {
    const check = checkCallHeaders(headers, headerPrefix);
    if (check.ok) checked.headers = check.headers;
    else errors.push({ field: fieldName(['headers', check.name]), message: check.reason });
  }
  const [first, ...rest] = errors;
  if (first !== undefined) throw invalid(first, ...rest);
  return {
    ...plain,
    ...(eventTypes !== undefined && { eventTypes: storedSubscriptions(eventTypes) }),
    ...checked,
  };
}

/** Completes a new endpoint's settings with the contract's values. */
export function newSettings(url: string, named: Partial<EndpointSettings>, random: Random): EndpointSettings {
  return {
    ...DEFAULT_SETTINGS,
    secrets: [makeSecret(random.bytes(RANDOM_SECRET_BYTES))],
    ...named,
    url,
  };
}
