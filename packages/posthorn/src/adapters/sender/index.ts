// The guarded sender: makes the calls, and is the only thing of Posthorn that connects to a callback's address. The Sender
// seam says what it promises, domain/address which addresses it refuses.
import type { Call } from '../../domain/call.ts';
import type { CallbackUrlRules } from '../../domain/callback-url.ts';
import type { CallResult } from '../../domain/outcome.ts';
import type { Sender } from '../../seams/sender.ts';
import { type CallParts, OneCall } from './call.ts';
import { type Dial, dialTcp } from './dial.ts';
import { DialLimit } from './dial-limit.ts';
import { FailedAddresses } from './failed-addresses.ts';
import { type Failure, interrupted } from './failures.ts';
import { createGuard } from './guard.ts';
import { Pool } from './pool.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { Sessions } from './sessions.ts';
import { Targets } from './target.ts';
import { createTrust } from './trust.ts';
import { UnderWay } from './under-way.ts';

export interface SenderSettings extends CallbackUrlRules {
  /** PEM texts of authorities that are trusted besides the usual ones. */
  readonly extraCa: readonly string[];
}

/** The two places where the sender touches the world. Tests script them. */
export interface SenderWorld {
  readonly resolver?: Resolver;
  readonly dial?: Dial;
}

/** @throws when an extra CA is not a certificate */
export function createSender(settings: SenderSettings, world: SenderWorld = {}): Sender {
  const targets = new Targets(settings);
  const dialLimit = new DialLimit();
  const parts: CallParts = {
    resolver: world.resolver ?? createResolver(),
    guard: createGuard(settings),
    dial: world.dial ?? dialTcp,
    trust: createTrust(settings.extraCa),
    sessions: new Sessions(),
    failedAddresses: new FailedAddresses(),
    dialLimit,
    pool: new Pool(dialLimit),
    underWay: new UnderWay(),
  };
  let closed = false;
  return {
    send(call: Call, stop: AbortSignal): Promise<CallResult> {
      const target = closed || stop.aborted ? interrupted() : targets.read(call.url);
      if ('outcome' in target) return Promise.resolve(notMade(target));
      return new Promise((resolve) => new OneCall(call, target, parts, stop, resolve).start());
    },
    async close() {
      closed = true;
      parts.underWay.stopAll();
      parts.resolver.close();
      await parts.pool.close();
    },
  };
}

function notMade({ outcome, error }: Failure): CallResult {
  return { outcome, response: null, error, connectMs: null, durationMs: 0, repeated: false };
}
