// Where hostile receivers and the service meet: certificates good and bad, names that lead anywhere, and one running service
// that is called the way its users call it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import {
  type Authority,
  createAuthority,
  type IssuedCertificate,
} from '../../posthorn/src/apps/receiver/certificates.ts';
import { type NameAnswer, preloadFor, startNameServer } from '../../posthorn/tests/support/name-server.ts';
import { makeOddCertificates, type OddCertificates } from '../../posthorn/tests/support/odd-certificates.ts';
import { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { API_KEY, createTenant } from '../support/api.ts';
import type { Program } from '../support/program.ts';

/** Its certificates are for this host. */
export const HOST = 'hooks.test';

/** Names of several addresses on this machine. */
export const TWO = { host: 'two.test', addresses: ['127.0.0.2', '127.0.0.1'] };
export const EIGHT = {
  host: 'eight.test',
  addresses: [2, 3, 4, 5, 6, 7, 8, 1].map((last) => `127.0.0.${last}`),
};

/** Names and what the name servers say to them; every other name leads to this machine. */
const NAMES: Readonly<Record<string, NameAnswer>> = {
  // The root: firewalls drop questions about it.
  '': 'silence',
  [TWO.host]: { addresses: TWO.addresses },
  [EIGHT.host]: { addresses: EIGHT.addresses },
  'missing.test': { code: 'NXDOMAIN' },
  'broken.test': { code: 'SERVFAIL' },
  'silent.test': 'silence',
  'inside.test': { addresses: ['10.0.0.1'] },
  'mixed.test': { addresses: ['127.0.0.1', '169.254.169.254'] },
};

export interface Ground extends AsyncDisposable {
  readonly service: ServiceProcess;
  readonly authority: Authority;
  readonly odd: OddCertificates;
  /** A certificate in order. */
  readonly tls: TlsOptions;
}

/** @param folder is made */
export async function makeGround(program: Program, folder: string): Promise<Ground> {
  mkdirSync(folder, { recursive: true });
  const authority = await createAuthority();
  const odd = await makeOddCertificates(HOST);
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, `${authority.caPem}\n${odd.caPem}`);
  const names = await startNameServer((name) => NAMES[name] ?? { addresses: ['127.0.0.1'] });
  const service = await ServiceProcess.start(program, {
    folder,
    environment: {
      POSTHORN_DATA: join(folder, 'data'),
      POSTHORN_API_KEY: API_KEY,
      POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
      POSTHORN_EXTRA_CA: caFile,
      POSTHORN_GRACE_MS: '2000',
    },
    preload: preloadFor(names),
  });
  await createTenant(service);
  return {
    service,
    authority,
    odd,
    tls: serving(await authority.issue([HOST])),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await names[Symbol.asyncDispose]();
    },
  };
}

/** OpenSSL would not even offer the weak ones. */
export function serving({ certPem, keyPem }: IssuedCertificate): TlsOptions {
  return { cert: certPem, key: keyPem, ciphers: 'DEFAULT:@SECLEVEL=0' };
}
