// A certificate authority in memory, for receivers on this machine: `posthorn listen`, the demo and the tests. Nothing of it
// is stored; whoever is to trust it gets `caPem`.

// @peculiar/x509 needs this polyfill and does not bring it; it must come first.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

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

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
const LIFE_MS = 24 * HOUR_MS;

/** Makes an authority that lives for a day. */
export async function createAuthority(): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Posthorn local authority',
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + LIFE_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    caPem: ca.toString('pem'),
    issue: (hosts, options = {}) => issue(ca, keys, hosts, options),
  };
}

async function issue(
  ca: X509Certificate,
  caKeys: webcrypto.CryptoKeyPair,
  hosts: readonly [string, ...string[]],
  options: IssueOptions,
): Promise<IssuedCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${hosts[0]}`,
    issuer: ca.subject,
    notBefore: options.validFrom ?? new Date(Date.now() - HOUR_MS),
    notAfter: options.validUntil ?? new Date(Date.now() + LIFE_MS),
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      // Tells this authority from an earlier one of the same name.
      await AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      new SubjectAlternativeNameExtension(
        hosts.map((host) => ({ type: isIP(host) === 0 ? ('dns' as const) : ('ip' as const), value: host })),
      ),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(key, 'PRIVATE KEY') };
}
