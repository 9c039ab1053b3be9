// Certificate authorities of one's own, from a PEM file. Read and judged at the start, not at the first callback.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SettingsError } from '../settings/read.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates that the setting `extraCa` names; none if it is not set. @throws SettingsError as `readExtraCa` */
export function trustedBesides(file: string | undefined): readonly string[] {
  return file === undefined ? [] : readExtraCa(file);
}

/**
 * @returns the PEM text of each certificate in the file; whatever else it holds stays out
 * @throws SettingsError when it cannot be read or holds no certificate
 */
export function readExtraCa(file: string): string[] {
  const named = `the file ${JSON.stringify(file)} of POSTHORN_EXTRA_CA`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SettingsError([`${named} cannot be read (${code})`]);
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new SettingsError([
      `${named} holds no certificate: it must be PEM, beginning with -----BEGIN CERTIFICATE-----`,
    ]);
  }
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw new SettingsError([`certificate ${index + 1} in ${named} is damaged`]);
    }
  }
  return certificates;
}
