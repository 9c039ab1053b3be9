// The way to a callback URL, walked once by the parts that calls are made of: for people who run Posthorn and want to know where
// it ends. Nothing is sent. Unlike what tenants are told, it names addresses.
import { X509Certificate } from 'node:crypto';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { AddressRefusal } from '../../domain/address.ts';
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { Connecting } from './connector.ts';
import { dialTcp } from './dial.ts';
import { DialLimit } from './dial-limit.ts';
import { FailedAddresses } from './failed-addresses.ts';
import type { AttemptFailure, AttemptStage, Failure } from './failures.ts';
import { createGuard, type Guard } from './guard.ts';
import type { NewConnection } from './http-connection.ts';
import type { SenderSettings } from './index.ts';
import { type Answer, createResolver, type Resolver } from './resolver.ts';
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
  /** An address was given up. */
  | { readonly step: 'failure'; readonly address: string; readonly stage: AttemptStage; readonly code: string }
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
  const probing = new Probing(target, resolver, createGuard(settings, world.ownAddresses));
  try {
    return await probing.run(createTrust(settings.extraCa));
  } finally {
    resolver.close();
  }
}

class Probing {
  readonly #target: Target;
  readonly #resolver: Resolver;
  readonly #guard: Guard;
  readonly #startedAt = performance.now();
  readonly #addresses: string[] = [];
  #named = performance.now();

  constructor(target: Target, resolver: Resolver, guard: Guard) {
    this.#target = target;
    this.#resolver = resolver;
    this.#guard = guard;
    this.#addresses.push(...(target.addresses ?? []));
  }

  run(trust: SecureContext): Promise<Probe> {
    const parts = {
      resolver: { ...this.#resolver, lookup: (name: string) => this.#lookup(name) },
      guard: this.#guard,
      dial: dialTcp,
      trust,
      sessions: new Sessions(),
      failedAddresses: new FailedAddresses(),
      dialLimit: new DialLimit(),
    };
    return new Promise((resolve) => {
      new Connecting(this.#target, LIMIT_MS, parts, {
        connected: (connection, tried) => {
          const steps = [...this.#nameStep(), ...tried.map(failedStep), ...connectedSteps(connection)];
          connection.socket.destroy();
          resolve({ steps, failure: undefined });
        },
        connectFailed: (failure, tried) => {
          // Of one address alone, the failure says it all.
          const failed = tried.length > 1 ? tried.map(failedStep) : tried.flatMap(tcpStep);
          resolve({ steps: [...this.#nameStep(), ...failed], failure: this.#sentence(failure) });
        },
      });
    });
  }

  async #lookup(name: string): Promise<Answer> {
    const answer = await this.#resolver.lookup(name);
    this.#note(answer);
    if ('late' in answer) void answer.late?.then((late) => this.#note(late));
    return answer;
  }

  #note(answer: Answer): void {
    if ('failure' in answer) return;
    this.#named = performance.now();
    this.#addresses.push(...answer.addresses);
  }

  #nameStep(): ProbeStep[] {
    const addresses = this.#addresses;
    if (addresses.length === 0) return [];
    const refused = addresses.filter((address) => this.#guard.objection(address) !== undefined);
    return [{ step: 'name', tookMs: this.#named - this.#startedAt, addresses, refused }];
  }

  /** Unlike a tenant, people who run Posthorn may know which address it is and what is against it. */
  #sentence({ outcome, error }: Failure): string {
    const objections = this.#addresses.flatMap((address) => {
      const objection = this.#guard.objection(address);
      return objection === undefined ? [] : [{ address, ...objection }];
    });
    const [first] = objections;
    if (outcome !== 'blocked_address' || first === undefined) return error;
    return `${objections.map(against).join(', ')}, so it is not called: ${WAYS_OUT[first.cause]}.`;
  }
}

const WAYS_OUT: Readonly<Record<AddressRefusal['cause'], string>> = {
  not_public: 'use a public address, or allow its network with POSTHORN_ALLOW_NETWORKS',
  own: 'use another address, or allow its network with POSTHORN_ALLOW_NETWORKS',
  denied: 'use another address, or take its network out of POSTHORN_DENY_NETWORKS',
};

function against({ address, cause, why }: AddressRefusal & { readonly address: string }): string {
  return cause === 'not_public' ? `${address} is not public (it ${why})` : `${address} ${why}`;
}

function failedStep({ address, code, stage }: AttemptFailure): ProbeStep {
  return { step: 'failure', address, stage, code };
}

function tcpStep({ address, tcpMs }: Pick<AttemptFailure, 'address' | 'tcpMs'>): ProbeStep[] {
  return tcpMs === undefined ? [] : [{ step: 'tcp', tookMs: tcpMs, address }];
}

function connectedSteps({ socket, address, tcpMs, tlsMs }: NewConnection): ProbeStep[] {
  const steps = tcpStep({ address, tcpMs });
  if (!(socket instanceof TLSSocket)) return steps;
  const certificate = new X509Certificate(socket.getPeerCertificate().raw);
  return [
    ...steps,
    {
      step: 'tls',
      tookMs: tlsMs,
      protocol: socket.getProtocol() ?? '',
      issuer: certificate.issuer.replaceAll('\n', ', '),
      validUntilMs: certificate.validToDate.getTime(),
    },
  ];
}
