// Things that all scenarios share: the receiver and its certificate, stores, the service's program, and where to say how it goes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../packages/posthorn/src/apps/receiver/certificates.ts';
import type { LoopQuestion } from '../processes/bare-loop.ts';
import type { ReceiverQuestion } from '../processes/receiver.ts';
import { Child } from './child.ts';
import { Places } from './places.ts';
import { type ServiceMaker, serviceMaker } from './service.ts';

export interface Receiver {
  readonly child: Child<ReceiverQuestion>;
  /** One per origin: `https://127.0.0.1:…`. */
  readonly origins: readonly string[];
}

export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly caPem: string;
  readonly caFile: string;
  readonly places: Places;
  readonly services: ServiceMaker;
  /** Tells the person who waits. */
  readonly say: (text: string) => void;
  /** The receiver with this many origins; one that exists already is used again. */
  receiver(origins?: number): Promise<Receiver>;
}

export interface WorldOptions {
  readonly say: (text: string) => void;
  readonly profileFolder?: string;
}

const WARM_UP_CALLS = 8_000;

/** Lets a receiver compile its code, so that whoever is measured first does not meet a slower one. */
async function warm({ child, origins: [origin] }: Receiver, ca: string): Promise<void> {
  const loop = new Child<LoopQuestion>('bare-loop.ts');
  await child.ask({ kind: 'expect', count: WARM_UP_CALLS, warmUp: 0 });
  await loop.ask({
    ...{ sender: 'undici', urls: [`${origin}/hook`], ca, secret: 'warm-up' },
    ...{ calls: WARM_UP_CALLS, concurrency: 16, concurrencyOverAll: 16 },
  });
  await loop.stop();
}

export async function createWorld({ say, profileFolder }: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue(['127.0.0.1']);
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.caPem);
  const places = new Places(folder);
  const receivers = new Map<number, Receiver>();
  const end = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', end);

  return {
    folder,
    caPem: authority.caPem,
    caFile,
    places,
    services: serviceMaker(folder, caFile, profileFolder),
    say,
    async receiver(origins = 1) {
      const known = receivers.get(origins);
      if (known !== undefined) return known;
      const child = new Child<ReceiverQuestion>('receiver.ts');
      const ports = await child.ask<number[]>({ kind: 'listen', cert: certPem, key: keyPem, origins });
      const receiver = { child, origins: ports.map((port) => `https://127.0.0.1:${port}`) };
      receivers.set(origins, receiver);
      await warm(receiver, authority.caPem);
      return receiver;
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of receivers.values()) await child.stop();
      await places.close();
      process.off('exit', end);
      end();
    },
  };
}
