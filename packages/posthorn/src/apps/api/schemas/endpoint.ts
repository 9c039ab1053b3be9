// An endpoint as the API takes and shows it. Its secrets and the values of its headers are shown at its creation and at
// its secret path only.
import { type Static, Type } from 'typebox';
import { MAX_CALL_HEADERS, MAX_CALL_HEADERS_CHARACTERS } from '../../../domain/call-headers.ts';
import { DEFAULT_SETTINGS, SETTING_LIMITS } from '../../../domain/endpoint/settings.ts';
import {
  EVENT_TYPE_GRAMMAR,
  MAX_EVENT_TYPE_CHARACTERS,
  SUBSCRIPTION_GRAMMAR,
  SUBSCRIPTION_PATTERN,
} from '../../../domain/event-type.ts';
import { MAX_SECRET_BYTES, MIN_SECRET_BYTES } from '../../../domain/secret.ts';
import { isoTime } from '../../../domain/time.ts';
import type { OpenEndpoint } from '../../../engine/engine.ts';
import { CLOSED, nullableText, PAGE_QUERY, PLAIN_TEXT_LINES, page, search, time, uuid } from './fields.ts';

/** Subscriptions, of an endpoint or to choose deliveries by. */
export const EVENT_TYPES = Type.Union(
  [
    Type.Array(
      Type.String({
        maxLength: MAX_EVENT_TYPE_CHARACTERS,
        pattern: SUBSCRIPTION_PATTERN,
        description: `One of ${SUBSCRIPTION_GRAMMAR}. A type has ${EVENT_TYPE_GRAMMAR}.`,
      }),
      {
        minItems: 1,
        maxItems: SETTING_LIMITS.eventTypes,
        uniqueItems: true,
        description: `1 to ${SETTING_LIMITS.eventTypes} different event types or prefixes; null, ["*"] or no value means all.`,
      },
    ),
    Type.Null(),
  ],
  {
    description:
      'Exact types, or prefixes that end with .*, :* or /*. Null, ["*"] or no value means every type, which is shown as null.',
  },
);

const SETTINGS = {
  url: Type.String({
    maxLength: SETTING_LIMITS.urlTextCharacters,
    description:
      'The callback URL: https, on a public host. Settings of the installation may allow other networks (POSTHORN_ALLOW_NETWORKS) and http (POSTHORN_ALLOW_HTTP), or deny networks (POSTHORN_DENY_NETWORKS).',
  }),
  eventTypes: EVENT_TYPES,
  description: Type.String({
    maxLength: SETTING_LIMITS.descriptionCharacters,
    pattern: PLAIN_TEXT_LINES,
    description: `A text for people, at most ${SETTING_LIMITS.descriptionCharacters} characters. Line breaks are allowed, other control characters are not.`,
  }),
  scheduleMs: Type.Array(
    Type.Integer({
      minimum: SETTING_LIMITS.retryDelayMs.min,
      maximum: SETTING_LIMITS.retryDelayMs.max,
      description: `A delay in milliseconds, ${SETTING_LIMITS.retryDelayMs.min} to ${SETTING_LIMITS.retryDelayMs.max} (30 days).`,
    }),
    {
      maxItems: SETTING_LIMITS.retries,
      description: `The delay before each retry, counted from the end of the previous attempt; at most ${SETTING_LIMITS.retries} delays. An empty list means no retries. Default: [${DEFAULT_SETTINGS.scheduleMs.join(', ')}].`,
    },
  ),
  connectTimeoutMs: Type.Integer({
    minimum: SETTING_LIMITS.connectTimeoutMs.min,
    maximum: SETTING_LIMITS.connectTimeoutMs.max,
    description: `Limit for DNS, TCP and TLS together: ${SETTING_LIMITS.connectTimeoutMs.min} to ${SETTING_LIMITS.connectTimeoutMs.max}. Default: ${DEFAULT_SETTINGS.connectTimeoutMs}.`,
  }),
  replyTimeoutMs: Type.Integer({
    minimum: SETTING_LIMITS.replyTimeoutMs.min,
    maximum: SETTING_LIMITS.replyTimeoutMs.max,
    description: `Limit for the whole response: ${SETTING_LIMITS.replyTimeoutMs.min} to ${SETTING_LIMITS.replyTimeoutMs.max}. Default: ${DEFAULT_SETTINGS.replyTimeoutMs}.`,
  }),
  concurrency: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: SETTING_LIMITS.concurrency.min,
    maximum: SETTING_LIMITS.concurrency.max,
    description: `Calls that may be under way at once, per process: ${SETTING_LIMITS.concurrency.min} to ${SETTING_LIMITS.concurrency.max}. Null, the default: as many as the installation allows (POSTHORN_ENDPOINT_CONCURRENCY).`,
  }),
};

const SECRET_FIELDS = {
  secret: Type.String({
    maxLength: MAX_SECRET_BYTES,
    description: `The signing secret: ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes of text without control characters. If you create an endpoint without one, Posthorn makes one.`,
  }),
  headers: Type.Unsafe<Record<string, string>>({
    type: 'object',
    maxProperties: MAX_CALL_HEADERS,
    additionalProperties: { type: 'string', description: 'A header value is a string.' },
    description: `Extra headers of every call, as names and values: at most ${MAX_CALL_HEADERS}, with ${MAX_CALL_HEADERS_CHARACTERS} characters together. They replace all previous extra headers.`,
  }),
};

const KEEP_SECRET = Type.Optional(
  Type.Boolean({
    description:
      'True: keep the secret although the URL changes to another scheme, host or port. Such a change must give headers, and either secret or keepSecret: true.',
  }),
);

export const NewEndpointBody = Type.Object(
  { ...Type.Partial(Type.Object({ ...SETTINGS, ...SECRET_FIELDS })).properties, url: SETTINGS.url },
  { ...CLOSED, title: 'NewEndpoint' },
);

export const PutEndpointBody = Type.Object(
  { ...NewEndpointBody.properties, keepSecret: KEEP_SECRET },
  {
    ...CLOSED,
    title: 'PutEndpoint',
    description: 'All settings. A missing setting gets its default; only the secret stays as it is.',
  },
);

export const EndpointChangeBody = Type.Object(
  { ...Type.Partial(Type.Object({ ...SETTINGS, ...SECRET_FIELDS })).properties, keepSecret: KEEP_SECRET },
  {
    ...CLOSED,
    minProperties: 1,
    title: 'EndpointChange',
    description: 'At least one setting. A missing setting stays as it is.',
  },
);

const SHOWN = {
  id: uuid('Id of the endpoint.'),
  uid: nullableText('Your own id of the endpoint, if you created it under one. Every path takes it instead of `id`.'),
  ...SETTINGS,
  enabled: Type.Boolean({ description: 'When false, pending deliveries are paused and new events are not matched.' }),
  version: Type.Integer({
    description: 'Number of the present settings: 1 at creation, one more for each change.',
  }),
  headerNames: Type.Array(Type.String(), {
    description: 'Names of the extra headers. Their values may be credentials, so only …/secret shows them.',
  }),
  createdAt: time('When it was created.'),
  updatedAt: time('When it was last changed.'),
};

export const EndpointSchema = Type.Object(SHOWN, {
  title: 'Endpoint',
  description: 'A callback URL with its subscriptions and settings.',
});
const WARNINGS = Type.Array(Type.String(), {
  description: 'Hints at likely mistakes, such as another endpoint with the same URL. Usually empty.',
});
export const ChangedEndpointSchema = Type.Object(
  { ...SHOWN, warnings: WARNINGS },
  { title: 'ChangedEndpoint', description: 'The endpoint after the change.' },
);
export const CreatedEndpointSchema = Type.Object(
  { ...SHOWN, warnings: WARNINGS, secret: Type.String({ description: 'The signing secret, in clear.' }) },
  { title: 'CreatedEndpoint', description: 'The new endpoint, with its secret.' },
);
export const EndpointSecretSchema = Type.Object(
  {
    secret: Type.String({ description: 'The signing secret, in clear.' }),
    headers: Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' } }),
  },
  { title: 'EndpointSecret', description: "The endpoint's secret values." },
);

export const ErasedSecretsSchema = Type.Object(
  { erased: Type.Integer({ description: 'How many earlier secrets there were.' }) },
  { title: 'ErasedSecrets', description: 'Secrets that the endpoint had earlier are gone.' },
);

export const EndpointList = page('EndpointList', EndpointSchema);
export const EndpointListQuery = Type.Object(
  {
    ...PAGE_QUERY,
    url: Type.Optional(
      Type.String({
        maxLength: SETTING_LIMITS.urlTextCharacters,
        description: 'Only endpoints with this callback URL, in any spelling that means the same.',
      }),
    ),
    search: search(
      'Only endpoints whose id (ours or yours), description or host has this text in it; capitals and small letters are alike.',
    ),
  },
  CLOSED,
);

/** An endpoint as it is answered: without its secrets and header values. */
export function showEndpoint(endpoint: OpenEndpoint): Static<typeof EndpointSchema> {
  return {
    id: endpoint.id,
    uid: endpoint.uid,
    url: endpoint.url,
    eventTypes: endpoint.eventTypes === null ? null : [...endpoint.eventTypes],
    description: endpoint.description,
    scheduleMs: [...endpoint.scheduleMs],
    connectTimeoutMs: endpoint.connectTimeoutMs,
    replyTimeoutMs: endpoint.replyTimeoutMs,
    concurrency: endpoint.concurrency,
    enabled: endpoint.state === 'active',
    version: endpoint.version,
    headerNames: Object.keys(endpoint.headers),
    createdAt: isoTime(endpoint.createdAt),
    updatedAt: isoTime(endpoint.updatedAt),
  };
}

/** An endpoint as the answer to its creation shows it: with the secret that signs. */
export function showCreatedEndpoint(endpoint: OpenEndpoint, warnings: string[]): Static<typeof CreatedEndpointSchema> {
  return { ...showEndpoint(endpoint), warnings, secret: endpoint.secrets[0] };
}
