// Every call that the storage thread knows, by name. Each runs inside a transaction that whoever calls it opens.
import { accept } from './accept.ts';
import { backlogs, claimBacklog, claimDue, nextDue } from './claim.ts';
import { clockOffset } from './clock-offset.ts';
import type { Connection } from './connection.ts';
import { deliveriesStep } from './deliveries.ts';

import { endpointVersions, outdatedVersions, pruneVersions, rewriteVersions } from './endpoint-versions.ts';
import {
  catalog,
  createEndpoint,
  deleteEndpoint,
  endpoint,
  endpointByUid,
  endpoints,
  replaceEndpoint,
  setEndpointState,
} from './endpoints.ts';
import { eraseEvent, eraseOverdue } from './erase.ts';
import { find } from './find.ts';

import { delivery, event, eventsStep } from './history.ts';
import { answerKey, claimKey, giveUpKey, pruneKeys } from './idempotency.ts';
import { keep } from './keep.ts';
import { beat, begin, join, leave, takeOver } from './owners.ts';
import { pending, pendingOfStep } from './pending.ts';
import { ping } from './ping.ts';
import { pruneStep } from './prune.ts';
import { record } from './record.ts';
import { reclaim, release } from './release.ts';
import { countReplayStep } from './replay-search.ts';
import { stepReplay } from './replay-step.ts';
import { cancelReplay, createReplay, replay, replays } from './replays.ts';
import { retry } from './retry.ts';
import { senderProfile, senderProfiles } from './sender-profiles.ts';
import { beginSession, endSession, pruneSessions, session, touchSession } from './sessions.ts';
import { sweepStep } from './sweep.ts';
import { pruneTalliesStep, tallies, tally } from './tallies.ts';
import { deleteTenant, putTenant, tenant, tenants, tenantsWithRetention } from './tenants.ts';
import { troublesOf, troublesStep } from './troubles.ts';

const CALLS = {
  putTenant,
  tenant,
  tenants,
  tenantsWithRetention,
  deleteTenant,
  createEndpoint,
  endpoint,
  endpointByUid,
  endpoints,
  replaceEndpoint,
  setEndpointState,
  deleteEndpoint,
  endpointVersions,
  outdatedVersions,
  rewriteVersions,
  pruneVersions,
  senderProfile,
  senderProfiles,
  catalog,
  keep,
  accept,
  claimDue,
  claimBacklog,
  backlogs,
  nextDue,
  begin,
  record,
  release,
  reclaim,
  retry,
  join,
  beat,
  takeOver,
  leave,
  clockOffset,
  ping,
  eventsStep,
  event,
  find,
  eraseEvent,
  eraseOverdue,
  deliveriesStep,
  sweepStep,
  delivery,
  pending,
  pruneStep,
  countReplayStep,
  createReplay,
  stepReplay,
  cancelReplay,
  replay,
  replays,
  beginSession,
  session,
  touchSession,
  endSession,
  pruneSessions,
  claimKey,
  answerKey,
  giveUpKey,
  pruneKeys,
  tally,
  tallies,
  troublesStep,
  troublesOf,
  pendingOfStep,
  pruneTalliesStep,
};

export type CallName = keyof typeof CALLS;

type ArgsOf = {
  [Name in CallName]: (typeof CALLS)[Name] extends (db: Connection, ...args: infer Args) => unknown ? Args : never;
};
type AnswerOf = { [Name in CallName]: ReturnType<(typeof CALLS)[Name]> };

/** The arguments of a call, without the connection it runs on. */
export type Args<Name extends CallName> = ArgsOf[Name];
export type Answer<Name extends CallName> = AnswerOf[Name];

/** Makes a call wherever the database is: in the same thread or in another. */
export type MakeCall = <Name extends CallName>(name: Name, ...args: Args<Name>) => Promise<Answer<Name>>;

const table: { [Name in CallName]: (db: Connection, ...args: ArgsOf[Name]) => AnswerOf[Name] } = CALLS;

/** Runs a call, in the transaction that is open. */
export function perform<Name extends CallName>(db: Connection, name: Name, args: Args<Name>): Answer<Name> {
  return table[name](db, ...args);
}
