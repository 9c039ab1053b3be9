// The way to the server as a Postgres URL describes it: where it is, and how its TLS is used and judged, by the words of libpq
// (https://www.postgresql.org/docs/current/libpq-ssl.html). docs/operations.md says where Posthorn differs from it.
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, getCACertificates } from 'node:tls';
import type { ClientConfig } from 'pg';
import { StoreRefused } from '../../seams/store/index.ts';

/** One way to talk with the server: in clear, or encrypted with so much of its certificate checked. */
export interface Link {
  readonly kind: 'clear' | 'encrypted' | 'issuer_checked' | 'name_checked';
  readonly ssl: ConnectionOptions | false;
}

export interface Server {
  /** Host, port and database, without user and password. */
  readonly name: string;
  /** For the driver, but for `ssl`. */
  readonly client: ClientConfig;
  /** The ways that the URL allows, the preferred one first. */
  readonly links: readonly [Link, ...Link[]];
  /** Nobody else can listen: a Unix socket or a loopback address. */
  readonly isLocal: boolean;
}

/** A word for a database URL's way to the server (see `linksOf`). */
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
type Mode = (typeof MODES)[number];

/** Parameters of libpq and of the driver that are understood here; the driver gets none of them. */
const OURS = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslnegotiation',
  'ssl',
  'uselibpqcompat',
] as const;
type Parameter = (typeof OURS)[number];
const SYSTEM = 'system';

/** The driver's meaning of `ssl=…`. */
const OLD_WORDS: Readonly<Record<string, Mode>> = {
  true: 'verify-full',
  '1': 'verify-full',
  false: 'disable',
  '0': 'disable',
  'no-verify': 'no-verify',
};

const CLEAR: Link = { kind: 'clear', ssl: false };

/**
 * @param url `postgres://user:password@host:port/database?sslmode=…`
 * @param extraCa PEM texts of authorities that are trusted besides the system's
 * @param environment for `PGSSLMODE` and its like, which count where the URL is silent
 * @throws StoreRefused when it says something about TLS that is not known, or names files that cannot be read
 */
export function serverOf(
  url: string,
  extraCa: readonly string[] = [],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Server {
  const name = describeServer(url);
  // The driver says what is wrong with one that is no URL.
  if (!URL.canParse(url)) return { name, client: { connectionString: url }, links: [CLEAR], isLocal: false };
  const parsed = new URL(url);
  const { searchParams } = parsed;
  refuseUnknown(searchParams, name);
  const given = (parameter: Parameter) =>
    searchParams.get(parameter) ?? environment[`PG${parameter.toUpperCase()}`] ?? undefined;
  const host = decodeURIComponent(searchParams.get('host') ?? parsed.hostname);
  const isSocket = host.startsWith('/');
  const links = isSocket ? ([CLEAR] as const) : linksOf(given, extraCa, name);
  const sslnegotiation = isSocket ? 'postgres' : negotiationOf(given, links, name);
  for (const parameter of OURS) searchParams.delete(parameter);
  return {
    name,
    client: {
      connectionString: parsed.href,
      fallback_application_name: 'posthorn',
      sslnegotiation,
    },
    links,
    isLocal: isSocket || /^(localhost|127\.[\d.]+|\[?::1\]?)$/i.test(host),
  };
}

/** Host, port and database of a URL, without user and password. */
export function describeServer(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `${searchParams.get('host') ?? (host === '' ? 'the default host' : host)}${pathname}`;
  } catch {
    return 'the configured address';
  }
}

/** A word about TLS that is passed over would leave less in force than was asked for. */
function refuseUnknown(searchParams: URLSearchParams, name: string): void {
  const known: readonly string[] = OURS;
  const unknown = [...searchParams.keys()].find((key) => /^ssl/i.test(key) && !known.includes(key));
  if (unknown === undefined) return;
  throw refused(name, `${unknown} is not known; known are ${OURS.slice(0, 6).join(', ')}`);
}

function linksOf(
  given: (parameter: Parameter) => string | undefined,
  extraCa: readonly string[],
  name: string,
): readonly [Link, ...Link[]] {
  const rootFile = given('sslrootcert');
  const mode = modeOf(given, rootFile, name);
  const { encrypted, issuerChecked, nameChecked } = encryptedLinks(given, rootFile, extraCa, name);
  switch (mode) {
    case 'disable':
      return [CLEAR];
    case 'allow':
      return [CLEAR, encrypted];
    case 'prefer':
      return [encrypted, CLEAR];
    case 'require':
      // As in libpq: with an authority at hand it is checked.
      return [rootFile !== undefined || extraCa.length > 0 ? issuerChecked : encrypted];
    case 'no-verify':
      return [encrypted];
    case 'verify-ca':
      return [issuerChecked];
    case 'verify-full':
      return [nameChecked];
  }
}

function modeOf(given: (parameter: Parameter) => string | undefined, rootFile: string | undefined, name: string): Mode {
  const word = given('sslmode') ?? OLD_WORDS[given('ssl') ?? ''] ?? (rootFile === SYSTEM ? 'verify-full' : 'prefer');
  const mode = MODES.find((each) => each === word);
  if (mode === undefined) throw refused(name, `sslmode must be one of ${MODES.slice(0, -1).join(', ')}`);
  if (rootFile === SYSTEM && mode !== 'verify-full') {
    throw refused(name, `sslrootcert=system needs sslmode=verify-full: anybody can get a certificate from one of them`);
  }
  return mode;
}

/** Direct is one round trip less, and no server answers in clear to it. */
function negotiationOf(
  given: (parameter: Parameter) => string | undefined,
  links: readonly Link[],
  name: string,
): 'postgres' | 'direct' {
  const word = given('sslnegotiation') ?? 'postgres';
  if (word !== 'postgres' && word !== 'direct') throw refused(name, 'sslnegotiation must be postgres or direct');
  if (word === 'direct' && links.some(({ ssl }) => ssl === false)) {
    throw refused(name, 'sslnegotiation=direct needs sslmode=require or stricter');
  }
  return word;
}

function encryptedLinks(
  given: (parameter: Parameter) => string | undefined,
  rootFile: string | undefined,
  extraCa: readonly string[],
  name: string,
): Record<'encrypted' | 'issuerChecked' | 'nameChecked', Link> {
  const read = (parameter: Parameter): string | undefined => {
    const file = given(parameter);
    try {
      return file === undefined ? undefined : readFileSync(file, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error;
      throw refused(name, `the file ${JSON.stringify(file)} of ${parameter} cannot be read (${code})`);
    }
  };
  const [cert, key, passphrase] = [read('sslcert'), read('sslkey'), given('sslpassword')];
  const shown = { ...(cert && { cert }), ...(key && { key }), ...(passphrase && { passphrase }) };
  const known = rootFile === undefined || rootFile === SYSTEM;
  const ca = known ? [...systemAuthorities(), ...extraCa] : (read('sslrootcert') ?? '');
  const checked = { ...shown, ca, rejectUnauthorized: true };
  return {
    encrypted: { kind: 'encrypted', ssl: { ...shown, rejectUnauthorized: false } },
    issuerChecked: { kind: 'issuer_checked', ssl: { ...checked, checkServerIdentity: () => undefined } },
    nameChecked: { kind: 'name_checked', ssl: checked },
  };
}

/** Node's own and the machine's: what calls to endpoints trust, too. */
function systemAuthorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

function refused(name: string, why: string): StoreRefused {
  return new StoreRefused('wrong_settings', `POSTHORN_DATABASE_URL (${name}): ${why}.`);
}
