// The demo's installation: a temporary folder, an HTTPS receiver with a certificate authority of its own, and the service as
// a process. However the demo ends, the process is ended and the folder removed.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../posthorn/src/apps/receiver/certificates.ts';
import { type ReceivedCall, type Receiver, startReceiver } from '../../posthorn/src/apps/receiver/receiver.ts';
import { makeApiKey } from '../../posthorn/src/apps/settings/api-key.ts';
import { SETTINGS } from '../../posthorn/src/apps/settings/table.ts';
import { headerNamesOf } from '../../posthorn/src/domain/profile.ts';
import { BUILT, ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import { ENDPOINTS } from './endpoints.ts';

/** The demo sets no others. */
export const HEADER_NAMES = headerNamesOf(SETTINGS.headerPrefix.fallback);

const KEY_BYTES = 32;

export interface Installation {
  readonly receiver: Receiver;
  readonly apiKey: string;
  /** The endpoint's secret becomes known when the endpoint is made. */
  readonly secrets: Map<string, string>;
  /** The service that runs now. */
  readonly service: ServiceProcess;
  /** Ends the service at once, as a crash would, and starts another on what it left on disk. */
  crash(onKilled: () => void): Promise<void>;
  /** Ends what still runs and removes the folder. */
  clear(): Promise<void>;
}

export interface CallListener {
  onCall(endpoint: string, call: ReceivedCall): void;
  onEnd(endpoint: string, call: ReceivedCall, at: number, answered: boolean): void;
}

export async function install(listener: CallListener): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-demo-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeFolder);
  const authority = await createAuthority();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.caPem);
  const apiKey = makeApiKey(randomBytes(KEY_BYTES));
  const secrets = new Map<string, string>();
  const nameOf = (target: string) => target.split('?', 1)[0]?.slice(1) ?? '';
  const receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    certificate: await authority.issue(['127.0.0.1']),
    headerNames: HEADER_NAMES,
    route: (path) => {
      const endpoint = ENDPOINTS.find(({ name }) => name === nameOf(path));
      return endpoint && { secret: secrets.get(endpoint.name), behave: endpoint.behave };
    },
    onCall: (call) => listener.onCall(nameOf(call.target), call),
    onEnd: (call, at, answered) => listener.onEnd(nameOf(call.target), call, at, answered),
  });
  const environment = {
    POSTHORN_DATA: join(folder, 'data'),
    POSTHORN_API_KEY: apiKey,
    POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
    POSTHORN_EXTRA_CA: caFile,
  };
  // Ctrl-C goes to the demo, which ends its service itself.
  const start = () => ServiceProcess.start(BUILT, { folder, environment, detached: true });
  let service: ServiceProcess;
  try {
    service = await start();
  } catch (error) {
    await receiver.close();
    throw error;
  }
  return {
    receiver,
    apiKey,
    secrets,
    get service() {
      return service;
    },
    async crash(onKilled) {
      await service.kill();
      onKilled();
      service = await start();
    },
    async clear() {
      await service.kill();
      await receiver.close();
      removeFolder();
      process.off('exit', removeFolder);
    },
  };
}
