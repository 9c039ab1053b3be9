// A certificate authority in memory, for receivers on this machine: `posthorn listen`, the demo and the tests. Nothing of it
// is stored; a client that is to trust it gets `caPem`. Certificates are X.509 version 3 (RFC 5280); the keys and signatures
// are node:crypto's.
import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { parseAddress } from '../../domain/networks.ts';
import { bits, integer, objectId, octets, sequence, set, tagged, text, time, yes } from './der.ts';

export interface IssueOptions {
  /** Default: a little before now, for clocks that differ. */
  readonly validFrom?: Date;
  /** Default: a day after now. */
  readonly validUntil?: Date;
}

export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Authority {
  /** The certificate authority that has to be trusted. */
  readonly caPem: string;
  /** Makes a key and a server certificate for these host names and addresses. */
  issue(hosts: readonly [string, ...string[]], options?: IssueOptions): Promise<IssuedCertificate>;
}

const HOUR_MS = 3_600_000;
const LIFE_MS = 24 * HOUR_MS;
const AUTHORITY_NAME = 'Posthorn local authority';

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const COMMON_NAME = objectId('2.5.4.3');
const VERSION_3 = tagged(0xa0, integer(Buffer.of(2)));
const SERVER_AUTHENTICATION = objectId('1.3.6.1.5.5.7.3.1');
/** Signs certificates and lists of revoked ones: bits 5 and 6. */
const SIGNS_CERTIFICATES = bits(Buffer.of(0b0000_0110), 1);
/** Signs what a TLS handshake signs: bit 0. */
const SIGNS_HANDSHAKES = bits(Buffer.of(0b1000_0000), 7);

const newKeys = () => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });

/** Makes an authority that lives for a day. */
export async function createAuthority(): Promise<Authority> {
  const { publicKey, privateKey } = await newKeys();
  const identifier = keyIdentifier(publicKey);
  const caPem = certificate(AUTHORITY_NAME, publicKey, {}, privateKey, [
    extension('2.5.29.19', sequence(yes, integer(Buffer.of(0))), 'critical'),
    extension('2.5.29.15', SIGNS_CERTIFICATES, 'critical'),
    extension('2.5.29.14', octets(identifier)),
  ]);
  const issue: Authority['issue'] = async (hosts, options = {}) => {
    const keys = await newKeys();
    const certPem = certificate(hosts[0], keys.publicKey, options, privateKey, [
      extension('2.5.29.19', sequence(), 'critical'),
      extension('2.5.29.15', SIGNS_HANDSHAKES, 'critical'),
      extension('2.5.29.37', sequence(SERVER_AUTHENTICATION)),
      // Tells this authority from an earlier one of the same name.
      extension('2.5.29.35', sequence(tagged(0x80, identifier))),
      extension('2.5.29.17', sequence(...hosts.map(alternativeName))),
    ]);
    return { certPem, keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  };
  return { caPem, issue };
}

/** A certificate of a key, signed by the authority, as PEM. */
function certificate(
  subject: string,
  key: KeyObject,
  { validFrom, validUntil }: IssueOptions,
  signingKey: KeyObject,
  extensions: readonly Buffer[],
): string {
  const now = Date.now();
  const signed = sequence(
    VERSION_3,
    serialNumber(),
    ECDSA_WITH_SHA256,
    commonName(AUTHORITY_NAME),
    sequence(time(validFrom ?? new Date(now - HOUR_MS)), time(validUntil ?? new Date(now + LIFE_MS))),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, signingKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The first byte is neither zero nor high, so that it needs no other form. */
const serialNumber = (): Buffer => integer(Buffer.concat([Buffer.of(1), randomBytes(15)]));

const commonName = (name: string): Buffer => sequence(set(sequence(COMMON_NAME, text(name))));

/** By the whole public key, as RFC 7093 allows. */
const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(objectId(id), ...(critical === undefined ? [] : [yes]), octets(value));
}

/** A host name or an address, as clients look for it: an IPv4 address has four bytes here, the last of sixteen. */
function alternativeName(host: string): Buffer {
  const address = parseAddress(host);
  if (address === undefined) return tagged(0x82, Buffer.from(host));
  return tagged(0x87, Buffer.from(host.includes(':') ? address : address.slice(-4)));
}
