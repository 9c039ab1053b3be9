// The texts that a setting may have. Each reader takes the text as it was written and answers with the value, or with what is
// allowed, worded to follow "must be".
import { isIP } from 'node:net';
import { belongsToConnection } from '../../domain/call-headers.ts';

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  /** `allowed` completes "must be …" and never repeats the text: it may be a secret. */
  | { readonly ok: false; readonly allowed: string };

export type Reader<T> = (text: string) => Reading<T>;

const taken = <T>(value: T): Reading<T> => ({ ok: true, value });
const refused = (allowed: string): Reading<never> => ({ ok: false, allowed });

/** @param unit what is counted, for the explanation, e.g. `milliseconds` */
export function wholeNumber(least: number, most: number, unit?: string): Reader<number> {
  const counted = unit === undefined ? '' : ` of ${unit}, without a unit`;
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? taken(value)
      : refused(`a whole number${counted}, from ${least} to ${most}`);
  };
}

export const trueOrFalse: Reader<boolean> = (text) =>
  text === 'true' || text === 'false' ? taken(text === 'true') : refused('true or false');

/** Where plain HTTP may go. */
export const plainHttp: Reader<boolean | 'networks'> = (text) =>
  text === 'networks' || trueOrFalse(text).ok
    ? taken(text === 'networks' ? text : text === 'true')
    : refused('false, networks (only to POSTHORN_ALLOW_NETWORKS) or true (everywhere)');

export function oneOf<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    return word === undefined ? refused(`one of ${words.join(', ')}`) : taken(word);
  };
}

export const path: Reader<string> = (text) =>
  text.includes('\0') ? refused('a path without NUL characters') : taken(text);

const HOST_LABEL = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;

/** An address or a host name to listen on. */
export const host: Reader<string> = (text) => {
  if (isIP(text) !== 0) return taken(text);
  const numeric = /^[\d.]+$/.test(text);
  return !numeric && text.length <= 253 && text.split('.').every((label) => HOST_LABEL.test(label))
    ? taken(text)
    : refused('an IP address or a host name, without port and brackets, e.g. 127.0.0.1, ::1 or 0.0.0.0 for all');
};

/** The beginning of header names: lower case, and nothing that HTTP would not take in a name. */
export const headerPrefix: Reader<string> = (text) =>
  /^[a-z][a-z0-9-]{0,38}-$/.test(text)
    ? taken(text)
    : refused('up to 40 of a-z, 0-9 and -, beginning with a letter and ending with -, e.g. x-acme-');

/** The name of a header that no other part of a call has. */
export const headerName: Reader<string> = (text) => {
  const name = text.toLowerCase();
  const isOfTheCall =
    belongsToConnection(name) || /^(proxy-|accept|content-|user-agent$|authorization$|cookie$)/.test(name);
  return /^[a-z][a-z0-9-]{0,63}$/.test(name) && !isOfTheCall
    ? taken(text)
    : refused('the name of a header of your own: up to 64 of A-Z, a-z, 0-9 and -, beginning with a letter');
};

/** A product that calls itself so: what HTTP takes in the header, and no more than proxies and firewalls like. */
export const userAgent: Reader<string> = (text) =>
  /^[!-~](?:[ -~]{0,254}[!-~])?$/.test(text)
    ? taken(text)
    : refused('1 to 256 printable ASCII characters, e.g. Acme-Webhooks/1.0');

/** A Postgres connection URL. */
export const databaseUrl: Reader<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'postgres:' || url?.protocol === 'postgresql:'
    ? taken(text)
    : refused('a Postgres URL, e.g. postgres://user:password@host:5432/database, with special characters as %xx');
};

/** Bytes of the key that encrypts secrets at rest (AES-256). */
export const ENCRYPTION_KEY_BYTES = 32;

/** 32 bytes in base64 (either alphabet) or hexadecimal. */
export const encryptionKey: Reader<Uint8Array> = (text) => {
  const hexadecimal = /^[0-9a-fA-F]{64}$/.test(text);
  const base64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
  if (!hexadecimal && !base64) return refused('32 random bytes in base64 or hexadecimal: openssl rand -base64 32');
  return taken(new Uint8Array(Buffer.from(text, hexadecimal ? 'hex' : 'base64')));
};

/** A list in one text: commas and white space part the items. */
export function listOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (text) => {
    const values: T[] = [];
    for (const part of text.split(/[\s,]+/).filter((each) => each !== '')) {
      const reading = item(part);
      if (!reading.ok) return refused(`a list of ${reading.allowed}; ${JSON.stringify(part)} is not`);
      values.push(reading.value);
    }
    return values.length > 0 ? taken(values) : refused('a list with at least one item');
  };
}
