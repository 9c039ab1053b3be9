// A hostile receiver: how it stands there, how it is called, and the outcome that every call to it must have.
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Outcome } from '../../posthorn/src/domain/outcome.ts';
import {
  type ReceivedRequest,
  type Receiver,
  type ReceiverOptions,
  startReceiver,
} from '../../posthorn/tests/support/receivers.ts';
import type { AttemptView } from '../support/api.ts';
import { type Ground, HOST } from './ground.ts';

export interface Behaviour {
  /** Says in few words how it behaves. */
  readonly name: string;
  stand(ground: Ground): Promise<Standing>;
  readonly outcome: Outcome;
  /** The status that the API shows; left out, there must be no response. */
  readonly status?: number;
  /** In the sentence for the tenant. */
  readonly says?: RegExp;
  /** The limit that ends the call; left out, it must end long before any. */
  readonly endsAt?: 'connect' | 'reply';
  /** Left out, 16 calls at once. */
  readonly calls?: Calls;
  /**
   * The contract's own limits, 1 s and 30 s, instead of the shorter or more patient ones that spare time or forgive a busy
   * machine. Such a one is met beside the others.
   */
  readonly trueLimits?: boolean;
}

export interface Calls {
  readonly count: number;
  /** One after the other, this far apart; left out, all at once. */
  readonly everyMs?: number;
  /** Calls each time; left out, one. */
  readonly atOnce?: number;
  readonly payloadBytes?: number;
}

export interface Standing extends AsyncDisposable {
  readonly url: string;
  /** Of calls one after the other: resolves when the next may come. */
  ready?(): Promise<void>;
  /** Anything else that is not as it must be, after all calls. */
  fault?(attempts: readonly AttemptView[]): string | undefined;
}

/** The stages of a call, each with its behaviours in the order in which they are met. */
export interface Stage {
  readonly stage: string;
  readonly behaviours: readonly Behaviour[];
}

export type Stand = Behaviour['stand'];

export function standingOn(receiver: Pick<Receiver, 'port'> & AsyncDisposable, host = HOST): Standing {
  return {
    url: `https://${host}:${receiver.port}/hook`,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

/** A receiver with a good certificate that meets each whole request in its own way. */
export function responding(onRequest: (socket: Socket, request: ReceivedRequest) => void): Stand {
  return listening(({ tls }) => ({ tls, onRequest }));
}

/** A receiver with a good certificate that writes these bytes, whatever it is asked. */
export function writing(bytes: string | Buffer): Stand {
  return responding((socket) => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes));
}

/** A receiver that writes these bytes and closes the connection. */
export function closingAfter(bytes: string): Stand {
  return responding((socket) => socket.end(Buffer.from(bytes, 'latin1')));
}

export function listening(options: (ground: Ground) => ReceiverOptions | Promise<ReceiverOptions>, host = HOST): Stand {
  return async (ground) => standingOn(await startReceiver(await options(ground)), host);
}

/** A receiver that must not get a byte of the call. */
export function unproven(tls: (ground: Ground) => TlsOptions | Promise<TlsOptions>, host = HOST): Stand {
  return async (ground) => {
    const receiver = await startReceiver({
      tls: await tls(ground),
      onRequest: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    });
    const fault = () => (receiver.bytes() === 0 ? undefined : `it was sent ${receiver.bytes()} bytes of a call`);
    return { ...standingOn(receiver, host), fault };
  };
}
