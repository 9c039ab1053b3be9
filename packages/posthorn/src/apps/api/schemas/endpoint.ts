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
        description: `1 to ${SETTING_LIMITS.eventTypes} different event types or prefixes; null, ["*"] or left out for all.`,
      },
    ),
    Type.Null(),
  ],
  {
    description:
      'Exact types, or prefixes ending in .*, :* or /*; null, ["*"] or left out for every type, which is shown as null.',
  },
);

const SETTINGS = {
  url: Type.String({
    maxLength: SETTING_LIMITS.urlTextCharacters,
    description:
      'The callback URL: https, on a public host. An installation may allow networks (POSTHORN_ALLOW_NETWORKS) and http (POSTHORN_ALLOW_HTTP), and deny networks (POSTHORN_DENY_NETWORKS).',
  }),
  eventTypes: EVENT_TYPES,
  description: Type.String({
    maxLength: SETTING_LIMITS.descriptionCharacters,
    pattern: PLAIN_TEXT_LINES,
    description: `For people; at most ${SETTING_LIMITS.descriptionCharacters} characters, in lines if need be; no other control characters.`,
  }),
  scheduleMs: Type.Array(
    Type.Integer({
      minimum: SETTING_LIMITS.retryDelayMs.min,
      maximum: SETTING_LIMITS.retryDelayMs.max,
      description: `A delay in milliseconds, ${SETTING_LIMITS.retryDelayMs.min} to ${SETTING_LIMITS.retryDelayMs.max} (30 days).`,
    }),
    {
      maxItems: SETTING_LIMITS.retries,
      description: `The delays before each retry, counted from the end of the attempt before; at most ${SETTING_LIMITS.retries}, none for no retries. [${DEFAULT_SETTINGS.scheduleMs.join(', ')}] when left out.`,
    },
  ),
  connectTimeoutMs: Type.Integer({
    minimum: SETTING_LIMITS.connectTimeoutMs.min,
    maximum: SETTING_LIMITS.connectTimeoutMs.max,
    description: `For DNS, TCP and TLS together: ${SETTING_LIMITS.connectTimeoutMs.min} to ${SETTING_LIMITS.connectTimeoutMs.max}; ${DEFAULT_SETTINGS.connectTimeoutMs} when left out.`,
  }),
  replyTimeoutMs: Type.Integer({
    minimum: SETTING_LIMITS.replyTimeoutMs.min,
    maximum: SETTING_LIMITS.replyTimeoutMs.max,
    description: `For the whole reply: ${SETTING_LIMITS.replyTimeoutMs.min} to ${SETTING_LIMITS.replyTimeoutMs.max}; ${DEFAULT_SETTINGS.replyTimeoutMs} when left out.`,
  }),
};

const SECRET_FIELDS = {
  secret: Type.String({
    maxLength: MAX_SECRET_BYTES,
    description: `The signing secret: ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes of text without control characters. Left out at creation, one is made.`,
  }),
  headers: Type.Unsafe<Record<string, string>>({
    type: 'object',
    maxProperties: MAX_CALL_HEADERS,
    additionalProperties: { type: 'string', description: 'A header value is a string.' },
    description: `Extra headers of every call, at most ${MAX_CALL_HEADERS} of together ${MAX_CALL_HEADERS_CHARACTERS} characters: names to values. They replace the ones before as a whole.`,
  }),
};

const KEEP_SECRET = Type.Optional(
  Type.Boolean({
    description:
      'A URL of another scheme, host or port is another receiver: such a change must give headers, and either secret or keepSecret: true.',
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
    description: 'All settings. A setting that is left out gets its default; only the secret stays as it is.',
  },
);

export const EndpointChangeBody = Type.Object(
  { ...Type.Partial(Type.Object({ ...SETTINGS, ...SECRET_FIELDS })).properties, keepSecret: KEEP_SECRET },
  {
    ...CLOSED,
    minProperties: 1,
    title: 'EndpointChange',
    description: 'At least one setting. A setting that is left out stays as it is.',
  },
);

const SHOWN = {
  id: uuid('Id of the endpoint.'),
  uid: nullableText('Your own id for it, if it was created under one. Every path takes it in the place of `id`.'),
  ...SETTINGS,
  enabled: Type.Boolean({ description: 'When false, pending deliveries are paused and new events are not matched.' }),
  version: Type.Integer({
    description: 'Counts the changes of its settings from 1. Each attempt names the one in force.',
  }),
  headerNames: Type.Array(Type.String(), {
    description: 'Names of the extra headers; their values may be credentials and are at …/secret.',
  }),
  createdAt: time('When it was created.'),
  updatedAt: time('When it was last changed.'),
};

export const EndpointSchema = Type.Object(SHOWN, {
  title: 'Endpoint',
  description: 'A callback URL with its subscriptions and settings.',
});
const WARNINGS = Type.Array(Type.String(), {
  description: 'Things that are allowed and seldom meant, such as another endpoint with the same URL. Usually empty.',
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
