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
  { callbackUrls, headerNames, minSecretBytes }: Pick<RouteParts, 'callbackUrls' | 'headerNames' | 'minSecretBytes'>,
): Partial<EndpointSettings> {
  const { url, secret, keepSecret, headers, eventTypes, ...plain } = wanted;
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
  if (secret !== undefined && keepSecret === true) {
    errors.push({ field: 'keepSecret', message: 'cannot be true beside a new secret' });
  }
  if (headers !== undefined) {
    const check = checkCallHeaders(headers, headerNames);
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

/**
 * The settings after a change of some of them.
 * @throws Problem as `refuseOtherReceiver`
 */
export function changedSettings(
  now: EndpointSettings,
  named: Partial<EndpointSettings>,
  keepSecret: boolean,
): EndpointSettings {
  refuseOtherReceiver(now.url, named, keepSecret);
  return { ...now, ...named };
}

/**
 * The settings after all of them were given anew: those that are left out have their defaults, only the secret stays.
 * @throws Problem as `refuseOtherReceiver`
 */
export function replacedSettings(
  now: EndpointSettings,
  named: Partial<EndpointSettings>,
  keepSecret: boolean,
): EndpointSettings {
  refuseOtherReceiver(now.url, named, keepSecret);
  return { ...DEFAULT_SETTINGS, url: now.url, secrets: now.secrets, ...named };
}

/**
 * Another scheme, host or port is another receiver. The credentials and the secret that the present one knows must not reach
 * it because somebody forgot them, so the change has to name them.
 * @throws Problem that names each field that is missing
 */
function refuseOtherReceiver(present: string, named: Partial<EndpointSettings>, keepSecret: boolean): void {
  const { url, headers, secrets } = named;
  if (url === undefined || new URL(url).origin === new URL(present).origin) return;
  const errors: FieldError[] = [];
  if (headers === undefined) {
    errors.push({
      field: 'headers',
      message: `must be given with a URL of another scheme, host or port, because they may carry credentials for ${new URL(present).host}; {} for none`,
    });
  }
  if (secrets === undefined && !keepSecret) {
    errors.push({
      field: 'secret',
      message:
        'must be given with a URL of another scheme, host or port; or keepSecret: true if both receivers share the present one',
    });
  }
  const [first, ...rest] = errors;
  if (first !== undefined) throw invalid(first, ...rest);
}
