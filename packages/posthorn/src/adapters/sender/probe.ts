// The way to a callback URL, walked once and step by step, with the parts that calls are made of: for whoever runs Posthorn
// and wants to know where it ends. Nothing is sent. Unlike what tenants are told, it names addresses.
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { Deadline } from './deadline.ts';
import { Dialling, dialTcp } from './dial.ts';
import { type ConnectStage, connectTimeout, dialFailure, handshakeFailure, nameFailure } from './failures.ts';
import { createGuard, type Guard } from './guard.ts';
import { shakeHands } from './handshake.ts';
import type { SenderSettings } from './index.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { Sessions } from './sessions.ts';
import { type Target, Targets } from './target.ts';
import { createTrust } from './trust.ts';

export type ProbeStep =
  | {
      readonly step: 'name';
      readonly tookMs: number;
      readonly addresses: readonly string[];
      /** Those of them that the address guard refuses: with one of them none is called. */
      readonly refused: readonly string[];
    }
  | { readonly step: 'tcp'; readonly tookMs: number; readonly address: string }
  | {
      readonly step: 'tls';
      readonly tookMs: number;
      readonly protocol: string;
      readonly issuer: string;
      /** Of the certificate, in milliseconds since 1970. */
      readonly validUntilMs: number;
    };

export interface Probe {
  /** Those that were taken, the last one whole unless it failed. */
  readonly steps: readonly ProbeStep[];
  /** Why it did not go on; `undefined` when a call could have been made. */
  readonly failure: string | undefined;
}

export interface ProbeWorld {
  readonly resolver?: Resolver;
  readonly ownAddresses?: () => readonly string[];
}

/** Longer than endpoints wait, so that a slow way is told from a closed one. */
const LIMIT_MS = 10_000;

export async function probe(url: string, settings: SenderSettings, world: ProbeWorld = {}): Promise<Probe> {
  const parsed = parseCallbackUrl(url, settings);
  if (!parsed.ok) return { steps: [], failure: parsed.reason };
  const target = new Targets(settings).read(parsed.url);
  if ('error' in target) return { steps: [], failure: target.error };
  const resolver = world.resolver ?? createResolver();
  const guard = createGuard(settings.allowed, world.ownAddresses);
  try {
    return await new Probing(target, resolver, guard, createTrust(settings.extraCa)).run();
  } finally {
    resolver.close();
  }
}

class Probing {
  readonly #target: Target;
  readonly #resolver: Resolver;
  readonly #guard: Guard;
  readonly #trust: SecureContext;
  readonly #steps: ProbeStep[] = [];
  #stage: ConnectStage = 'name';
  #since = 0;
  /** Ends what is under way. */
  #cancel: () => void = () => {};

  constructor(target: Target, resolver: Resolver, guard: Guard, trust: SecureContext) {
    this.#target = target;
    this.#resolver = resolver;
    this.#guard = guard;
    this.#trust = trust;
  }

  async run(): Promise<Probe> {
    const { promise: expired, resolve } = Promise.withResolvers<string>();
    const deadline = new Deadline(LIMIT_MS, {
      expired: () => resolve(connectTimeout(this.#target.host, this.#stage, LIMIT_MS).error),
    });
    this.#since = performance.now();
    const failure = await Promise.race([this.#walk(), expired]);
    deadline.cancel();
    this.#cancel();
    return { steps: this.#steps, failure };
  }

  /** @returns why it ended before the end */
  async #walk(): Promise<string | undefined> {
    const { host, secure, addresses: known } = this.#target;
    const answer = known === undefined ? await this.#resolver.lookup(host) : { addresses: known };
    if ('failure' in answer) return nameFailure(host, answer.failure).error;
    const { addresses } = answer;
    const refused = addresses.filter((address) => !this.#guard.passes([address]));
    this.#steps.push({ step: 'name', tookMs: this.#took(), addresses, refused });
    if (addresses.length === 0) return nameFailure(host, 'no_such_name').error;
    if (refused.length > 0) {
      return `${refused.join(', ')} is not public, so it is not called: use a public address, or allow its network with POSTHORN_ALLOW_NETWORKS.`;
    }
    this.#stage = 'tcp';
    const dialled = await this.#dial(addresses);
    if (typeof dialled === 'string') return dialled;
    this.#steps.push({ step: 'tcp', tookMs: this.#took(), address: dialled.remoteAddress ?? '' });
    return secure ? await this.#shake(dialled) : undefined;
  }

  #dial(addresses: readonly string[]): Promise<Socket | string> {
    const { host, port } = this.#target;
    return new Promise((resolve) => {
      const dialling = new Dialling(addresses, port, dialTcp, {
        dialled: (socket) => {
          this.#cancel = () => socket.destroy();
          resolve(socket);
        },
        dialFailed: (failures) => resolve(dialFailure(host, port, failures).error),
      });
      this.#cancel = () => dialling.cancel();
    });
  }

  async #shake(dialled: Socket): Promise<string | undefined> {
    this.#stage = 'tls';
    const { promise, resolve } = Promise.withResolvers<TLSSocket | string>();
    const socket = shakeHands(dialled, this.#target, this.#trust, new Sessions(), {
      shaken: resolve,
      handshakeFailed: (code) => resolve(handshakeFailure(this.#target.host, code).error),
    });
    this.#cancel = () => socket.destroy();
    const shaken = await promise;
    if (typeof shaken === 'string') return shaken;
    const certificate = new X509Certificate(shaken.getPeerCertificate().raw);
    this.#steps.push({
      step: 'tls',
      tookMs: this.#took(),
      protocol: shaken.getProtocol() ?? '',
      issuer: certificate.issuer.replaceAll('\n', ', '),
      validUntilMs: certificate.validToDate.getTime(),
    });
    return undefined;
  }

  /** Since the step before, in milliseconds. */
  #took(): number {
    const now = performance.now();
    const took = now - this.#since;
    this.#since = now;
    return took;
  }
}
