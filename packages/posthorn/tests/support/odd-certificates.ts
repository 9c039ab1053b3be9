// Certificates that no TLS client should accept, each for one reason.
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { IssuedCertificate } from '../../src/apps/receiver/certificates.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const WEAK_HASH = { ...ECDSA, hash: 'SHA-1' };
const WEAK_RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 1_024,
};

type KeyPair = Awaited<ReturnType<typeof makeKeys>>;

interface Issuer {
  readonly certificate: X509Certificate;
  readonly keys: KeyPair;
}

export interface OddCertificates {
  /** Trusting this makes each certificate bad for its own reason only. */
  readonly caPem: string;
  readonly selfSigned: IssuedCertificate;
  readonly forClients: IssuedCertificate;
  readonly withoutNames: IssuedCertificate;
  readonly weakKey: IssuedCertificate;
  readonly weakHash: IssuedCertificate;
  /** Issued by an intermediate authority that is not sent along. */
  readonly incompleteChain: IssuedCertificate;
}

/** Makes them all for one host name. */
export async function makeOddCertificates(host: string): Promise<OddCertificates> {
  const root = await makeRoot();
  const intermediate = await makeIntermediate(root);
  const names = new SubjectAlternativeNameExtension([{ type: 'dns', value: host }]);
  const forServers = new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]);
  const forClients = new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]);
  const leafOf = async (issuer: Issuer, extensions: Extension[], algorithm: typeof ECDSA | typeof WEAK_RSA = ECDSA) => {
    const keys = await makeKeys(algorithm);
    return pem(await sign(issuer, `CN=${host}`, keys, extensions), keys);
  };
  const ownKeys = await makeKeys(ECDSA);
  const self = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    keys: ownKeys,
    signingAlgorithm: ECDSA,
    extensions: [names, forServers],
  });
  return {
    caPem: root.certificate.toString('pem'),
    selfSigned: await pem(self, ownKeys),
    forClients: await leafOf(root, [names, forClients]),
    withoutNames: await leafOf(root, [forServers]),
    weakKey: await leafOf(root, [names, forServers], WEAK_RSA),
    weakHash: await pem(await sign(root, `CN=${host}`, ownKeys, [names, forServers], WEAK_HASH), ownKeys),
    incompleteChain: await leafOf(intermediate, [names, forServers]),
  };
}

function makeKeys(algorithm: typeof ECDSA | typeof WEAK_RSA) {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function makeRoot(): Promise<Issuer> {
  const keys = await makeKeys(ECDSA);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Odd root',
    keys,
    signingAlgorithm: ECDSA,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return { certificate, keys };
}

async function makeIntermediate(root: Issuer): Promise<Issuer> {
  const keys = await makeKeys(ECDSA);
  const extensions = [new BasicConstraintsExtension(true, 0, true)];
  return { certificate: await sign(root, 'CN=Odd intermediate', keys, extensions), keys };
}

function sign(
  issuer: Issuer,
  subject: string,
  keys: KeyPair,
  extensions: Extension[],
  signingAlgorithm = ECDSA,
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    subject,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm,
    extensions,
  });
}

async function pem(certificate: X509Certificate, keys: KeyPair): Promise<IssuedCertificate> {
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(key, 'PRIVATE KEY') };
}
