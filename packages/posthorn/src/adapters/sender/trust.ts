// Whom TLS trusts: the roots that come with Node, those of this machine, and those given by whoever runs Posthorn.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/**
 * @param extraCa PEM texts, each with one certificate or more
 * @throws when one of them is no certificate; Node itself would ignore it
 */
export function createTrust(extraCa: readonly string[]): SecureContext {
  for (const pem of extraCa) checkCertificate(pem);
  return createSecureContext({ ca: trustedRoots(extraCa), minVersion: 'TLSv1.2' });
}

/** PEM texts, each once. */
export function trustedRoots(extraCa: readonly string[]): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...extraCa])];
}

function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new Error('An extra CA is not a certificate in PEM form (-----BEGIN CERTIFICATE-----).', { cause });
  }
}
