// Every setting of a running Posthorn, in one place: what it is called, what it may be, what it is when nobody says, and
// what to tell the person who sets it. Flags, environment, settings file, help, docs and `posthorn config` follow from it.

import { apiKey } from './api-key.ts';
import { LOG_LEVELS } from './log-levels.ts';
import { allowedNetwork, network } from './networks.ts';
import { publicUrl } from './public-url.ts';
import {
  databaseUrl,
  encryptionKey,
  headerName,
  headerPrefix,
  host,
  listOf,
  oneOf,
  path,
  plainHttp,
  type Reader,
  trueOrFalse,
  userAgent,
  wholeNumber,
} from './values.ts';

export interface Setting<T, Default> {
  /** The placeholder in help: `<host>`. */
  readonly takes: string;
  /** One or two sentences for the person who sets it. */
  readonly help: string;
  readonly read: Reader<T>;
  readonly fallback: Default;
  /** Words for `fallback` where the value does not speak for itself. */
  readonly fallbackText?: string;
  /** How the text of a value that holds a secret is shown; left out, as it is. */
  readonly mask?: (text: string) => string;
}

function setting<T, const Default extends T | undefined>(row: Setting<T, Default>): Setting<T, Default> {
  return row;
}

const HIDDEN = '(hidden)';

/** Shows a database URL without its passwords, which may stand before the host or among the parameters. */
export function maskDatabaseUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '****';
  for (const name of [...url.searchParams.keys()]) {
    if (/password|secret|token/i.test(name)) url.searchParams.set(name, '****');
  }
  return url.href;
}

export const SETTINGS = {
  host: setting({
    takes: '<host>',
    help: 'Address to listen on. Only this machine can reach the default; 0.0.0.0 or :: means every address.',
    read: host,
    fallback: '127.0.0.1',
  }),
  port: setting({
    takes: '<port>',
    help: 'Port to listen on; 0 takes any free one.',
    read: wholeNumber(0, 65_535),
    fallback: 4_400,
  }),
  publicUrl: setting({
    takes: '<url>',
    help: 'Address that people use if Posthorn is behind a proxy, e.g. https://hooks.example.com or …/webhooks.',
    read: publicUrl,
    fallback: undefined,
    fallbackText: 'none: no proxy',
  }),
  data: setting({
    takes: '<folder>',
    help: 'Data folder: the SQLite database, the lock and the encryption key. Created if missing; only its owner can read it.',
    read: path,
    fallback: './data',
  }),
  databaseUrl: setting({
    takes: '<url>',
    help: 'Postgres (15 or newer) to store everything in, e.g. postgres://user:password@host/database?sslmode=verify-full.',
    read: databaseUrl,
    fallback: undefined,
    fallbackText: 'none: SQLite in the data folder',
    mask: maskDatabaseUrl,
  }),
  apiKey: setting({
    takes: '<key>',
    help: 'The key that API calls must carry.',
    read: apiKey,
    fallback: undefined,
    fallbackText: 'none: made at the first start, shown once, kept as a hash',
    mask: () => HIDDEN,
  }),
  encryptionKey: setting({
    takes: '<key>',
    help: 'Encrypts endpoint secrets at rest (AES-256-GCM): 32 bytes in base64 or hexadecimal. Required with Postgres.',
    read: encryptionKey,
    fallback: undefined,
    fallbackText: 'none: made at the first start and kept in the data folder',
    mask: () => HIDDEN,
  }),
  allowNetworks: setting({
    takes: '<networks>',
    help: 'Networks that callbacks may reach although they are not public, separated by commas, e.g. 127.0.0.0/8.',
    read: listOf(allowedNetwork),
    fallback: [],
    fallbackText: 'none: public addresses only',
  }),
  denyNetworks: setting({
    takes: '<networks>',
    help: 'Networks that callbacks may not reach, even if they are public or allowed, separated by commas, e.g. 203.0.113.0/24.',
    read: listOf(network),
    fallback: [],
    fallbackText: 'none',
  }),
  allowHttp: setting({
    takes: '[true|networks|false]',
    help: 'Accept http: callback URLs. networks: only in POSTHORN_ALLOW_NETWORKS. true: everywhere, for development. Signatures and payloads are then not encrypted.',
    read: plainHttp,
    fallback: false,
  }),
  extraCa: setting({
    takes: '<file>',
    help: "PEM file with certificate authorities that are trusted besides the system's, in callbacks and by Postgres.",
    read: path,
    fallback: undefined,
    fallbackText: "none: the system's only",
  }),
  headerPrefix: setting({
    takes: '<prefix>',
    help: "Beginning of the names of Posthorn's own headers in callbacks.",
    read: headerPrefix,
    fallback: 'x-iadvize-',
  }),
  headerDelivery: setting({
    takes: '<name>',
    help: "Name of the header with the attempt's id in callbacks, as it is to be written, e.g. X-Acme-Request-Id.",
    read: headerName,
    fallback: undefined,
    fallbackText: 'none: the prefix and delivery',
  }),
  headerCorrelationId: setting({
    takes: '<name>',
    help: "Name of the header with the event's id in callbacks, as it is to be written.",
    read: headerName,
    fallback: undefined,
    fallbackText: 'none: the prefix and correlationid',
  }),
  headerSignature: setting({
    takes: '<name>',
    help: 'Name of the header with the signature in callbacks, as it is to be written, e.g. X-Hub-Signature-256.',
    read: headerName,
    fallback: undefined,
    fallbackText: 'none: the prefix and signature',
  }),
  userAgent: setting({
    takes: '<text>',
    help: 'The header user-agent of callbacks, e.g. Acme-Webhooks/1.0.',
    read: userAgent,
    fallback: undefined,
    fallbackText: 'none: Posthorn/<version>',
  }),
  allowShortSecrets: setting({
    takes: '[true|false]',
    help: 'Accept endpoint secrets of less than 16 bytes, for receivers that already have one. Short secrets can be guessed, and signatures then forged.',
    read: trueOrFalse,
    fallback: false,
  }),
  retentionDays: setting({
    takes: '<days>',
    help: 'Number of days for which finished events, deliveries and attempts are kept.',
    read: wholeNumber(1, 3_650, 'days'),
    fallback: 30,
  }),
  endpointConcurrency: setting({
    takes: '<calls>',
    help: 'Calls to one endpoint that may run at the same time, per process.',
    read: wholeNumber(1, 1_000),
    fallback: 16,
  }),
  graceMs: setting({
    takes: '<milliseconds>',
    help: 'Time that running calls have to end when the service is stopped. Calls that are cut off are made again later.',
    read: wholeNumber(0, 600_000, 'milliseconds'),
    // Below the 30 s after which Kubernetes kills.
    fallback: 25_000,
  }),
  traceCalls: setting({
    takes: '[true|false]',
    help: 'Pass traces on to receivers (header traceparent) if an OpenTelemetry SDK is loaded.',
    read: trueOrFalse,
    fallback: false,
  }),
  logLevel: setting({
    takes: `<${LOG_LEVELS.join('|')}>`,
    help: 'Lowest level to log: info shows failed attempts, debug every attempt.',
    read: oneOf(...LOG_LEVELS),
    fallback: 'info',
  }),
};

export type SettingName = keyof typeof SETTINGS;

type ValueOf<Row> = Row extends Setting<infer T, infer Default> ? T | Default : never;

/** The settings in force, each of its own type. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** In the order of the table, which is the order of help and docs. */
// Object.keys is typed as strings; these are the table's own.
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** `databaseUrl` → `--database-url` */
export const flagOf = (name: SettingName): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `databaseUrl` → `POSTHORN_DATABASE_URL` */
export const variableOf = (name: SettingName): string =>
  `POSTHORN_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
