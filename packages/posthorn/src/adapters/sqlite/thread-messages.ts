// The messages between the two threads, and their form.
import type { AcceptResult, Claim, DueClaim } from '../../seams/store/queue.ts';
import type { Answer, Args, CallName } from './calls.ts';
import type { ErrorFacts } from './errors.ts';
import {
  completeAccept,
  packAccept,
  packClaim,
  packRecord,
  type ShortenedAccept,
  shortenAccept,
  unpackAccept,
  unpackClaim,
  unpackRecord,
} from './packed-calls.ts';
import type { Packed } from './packing.ts';

/** To the storage thread. */
export type ToStorage =
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly args: unknown }
  /** After the calls that came before. */
  | { readonly kind: 'close' };

/** From the storage thread. */
export type FromStorage =
  | { readonly kind: 'open' }
  /** It could not be opened; the thread has ended. */
  | { readonly kind: 'refused'; readonly error: ErrorFacts }
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] };

export interface Reply {
  readonly id: number;
  /** Why the call was not done; missing when it was. */
  readonly error?: ErrorFacts;
  readonly answer?: unknown;
}

const packArgsOf: { [Name in CallName]?: (...args: Args<Name>) => Packed } = {
  accept: packAccept,
  record: packRecord,
};
const unpackArgsOf: { [Name in CallName]?: (packed: Packed) => Args<Name> } = {
  accept: unpackAccept,
  record: unpackRecord,
};
const packAnswerOf: { [Name in CallName]?: (answer: Answer<Name>) => unknown } = {
  accept: shortenAccept,
  claimDue: packClaim,
  claimBacklog: packClaim,
};
const unpackAnswerOf: { [Name in CallName]?: (answer: unknown, args: Args<Name>) => Answer<Name> } = {
  accept: (answer, [, groups]): AcceptResult[] => completeAccept(answer as ShortenedAccept, groups),
  claimDue: (answer) => unpackClaim<DueClaim>(answer as Packed),
  claimBacklog: (answer) => unpackClaim<Claim>(answer as Packed),
};

/** Arguments as they travel; see `moved` for what need not be copied. */
export function packArgs<Name extends CallName>(name: Name, args: Args<Name>): unknown {
  return packArgsOf[name]?.(...args) ?? args;
}

/** Reads the arguments of `name` as `packArgs` wrote them. */
export function unpackArgs<Name extends CallName>(name: Name, packed: unknown): Args<Name> {
  return unpackArgsOf[name]?.(packed as Packed) ?? (packed as Args<Name>);
}

export function packAnswer<Name extends CallName>(name: Name, answer: Answer<Name>): unknown {
  return packAnswerOf[name]?.(answer) ?? answer;
}

/** Reads an answer as `packAnswer` wrote it. @param args of the call that is answered */
export function unpackAnswer<Name extends CallName>(name: Name, packed: unknown, args: Args<Name>): Answer<Name> {
  const unpack = unpackAnswerOf[name];
  return unpack === undefined ? (packed as Answer<Name>) : unpack(packed, args);
}

/** The memory that a packed value may take along instead of being copied. */
export function moved(packed: unknown): ArrayBuffer[] {
  if (typeof packed !== 'object' || packed === null || !('bytes' in packed)) return [];
  const { bytes } = packed;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}
