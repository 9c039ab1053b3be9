// Programs that break one promise each: the build with one place made wrong. A suite that does not notice is no test of that
// promise. Run by `npm run crash -- --mutants`, which takes some minutes and is not part of every check.
import type { Defect } from '../support/mutants.ts';
import type { Edit } from '../support/program.ts';
import { clockJumps } from './clock-jumps.ts';
import { diskError } from './disk-error.ts';
import { diskFull } from './disk-full.ts';
import { killPostgres, killSqlite } from './kill.ts';
import { poison } from './poison.ts';
import { postgresFaults } from './postgres-faults.ts';
import { powerCut } from './power-cut.ts';
import { replaySqlite } from './replay.ts';
import { secondProcess } from './second-process.ts';
import { stopContinue } from './stop-continue.ts';
import type { Suite } from './suite.ts';
import { stopPostgres, stopSqlite } from './terminate.ts';

export interface Mutant extends Defect {
  readonly suite: Suite;
  /** Fewer than usual are enough. */
  readonly rounds?: number;
  readonly edit: Edit;
}

const YES_BEFORE_COMMIT: Edit = {
  file: 'engine/accepting/intake.js',
  from: 'const result = await this.#batches.add({ group, receivedAt }).catch((error) => {',
  to: `this.#batches.add({ group, receivedAt }).catch(() => this.#unreserve(group));
            return { kind: 'accepted', events: group.events.map(({ event, deliveries }) => ({ id: event.id, type: event.type,
              createdAt: event.createdAt, deliveries, existing: false })) };
            const result = await this.#batches.add({ group, receivedAt }).catch((error) => {`,
};

const NO_TAKEOVER: Edit = {
  file: 'engine/claiming/leases.js',
  from: 'if (this.#parts.store.exclusive || silentMs >= LEASE_MS)',
  to: 'if (false)',
};

const syncMode = (mode: string): Edit => ({
  file: 'adapters/sqlite/file.js',
  from: 'pragma synchronous = full;',
  to: `pragma synchronous = ${mode};`,
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'yes before the commit',
    suite: killSqlite,
    rounds: 8,
    edit: YES_BEFORE_COMMIT,
    noticed: /\d+ lost|answered otherwise/,
  },
  { name: 'dead processes are not taken over', suite: killSqlite, rounds: 4, edit: NO_TAKEOVER, noticed: /\d+ lost/ },
  {
    name: 'an attempt is recorded without what follows from it',
    suite: killSqlite,
    rounds: 4,
    edit: {
      file: 'adapters/sqlite/record.js',
      from: 'if (owner !== null && moveOn(db, owner, one))',
      to: 'if (owner !== null)',
    },
    noticed: /called again though their outcome was on disk/,
  },
  {
    name: 'retries a tenth early',
    suite: clockJumps,
    edit: {
      file: 'domain/delivery.js',
      from: 'dueAt: steady(endedAt + delayMs)',
      to: 'dueAt: steady(endedAt + delayMs * 0.9)',
    },
    noticed: /retries came early/,
  },
  { name: 'dead processes are not taken over', suite: killPostgres, rounds: 3, edit: NO_TAKEOVER, noticed: /\d+ lost/ },
  {
    name: 'yes before the commit',
    suite: powerCut,
    rounds: 100,
    edit: YES_BEFORE_COMMIT,
    noticed: /a power cut leaves: .*"lost"/,
  },
  {
    name: 'commits are not synced',
    suite: powerCut,
    rounds: 100,
    edit: syncMode('normal'),
    noticed: /a power cut leaves: .*"lost"/,
  },
  { name: 'nothing is synced', suite: powerCut, rounds: 100, edit: syncMode('off'), noticed: /a power cut leaves/ },
  { name: 'yes before the commit', suite: diskFull, edit: YES_BEFORE_COMMIT, noticed: /\d+ lost|waited/ },
  {
    name: 'readiness does not write',
    suite: diskFull,
    edit: { file: 'adapters/sqlite/ping.js', from: 'db.run(PING);', to: '' },
    noticed: /waited .*\/readyz/,
  },
  {
    name: 'a doubt gives back what is in hand, too',
    suite: diskFull,
    edit: {
      file: 'engine/calling/holdings.js',
      from: 'this.#store.reclaim(this.#owner, [...this.#leased.keys()], at)',
      to: 'this.#store.reclaim(this.#owner, [], at)',
    },
    noticed: /delivered twice though no fault explains it/,
  },
  {
    name: 'a failed commit is taken for done',
    suite: diskError,
    edit: {
      file: 'adapters/sqlite/transaction.js',
      from: "db.exec('commit');",
      to: "try { db.exec('commit'); } catch { }",
    },
    noticed: /\d+ lost|waited/,
  },
  {
    name: 'stops without waiting for its calls',
    suite: stopSqlite,
    edit: { file: 'apps/service/start.js', from: 'await engine.stop(graceMs);', to: '' },
    noticed: /delivered twice/,
  },
  {
    name: 'hands nothing back when it stops',
    suite: stopPostgres,
    edit: {
      file: 'engine/engine.js',
      from: 'await this.#health.retryUntilDone(() => store.reclaim(owner, [], wholeMs(clock.now())));',
      to: '',
    },
    noticed: /\d+ lost|are pending/,
  },
  {
    name: 'a replay does not keep its place',
    suite: replaySqlite,
    rounds: 1,
    edit: {
      file: 'adapters/sqlite/replay-step.js',
      from: 'db.run(MOVE_PART, dueAt, cursor,',
      to: 'db.run(MOVE_PART, dueAt, part.cursor,',
    },
    noticed: /the replay has replayed \d+ of 2000/,
  },
  {
    name: 'only suspicion makes it write a start',
    suite: poison,
    edit: { file: 'engine/calling/attempts.js', from: 'return suspect || interruptions > 0;', to: 'return suspect;' },
    noticed: /deaths/,
  },
  {
    name: 'what may kill it is attempted beside others to the end',
    suite: poison,
    edit: { file: 'domain/delivery.js', from: 'return interruptions >= PROBATION_INTERRUPTIONS;', to: 'return false;' },
    noticed: /were parked that had only been under way/,
  },
  {
    name: 'the data folder is not locked',
    suite: secondProcess,
    edit: {
      file: 'adapters/sqlite/file.js',
      from: "db.exec('pragma locking_mode = exclusive; begin exclusive; commit');",
      to: '',
    },
    noticed: /the second process said/,
  },
  {
    name: 'nobody listens to the errors of sessions',
    suite: postgresFaults,
    edit: { file: 'adapters/postgres/connection.js', from: "client.on('error', () => { });", to: '' },
    noticed: /the process ended|waited|got no yes/,
  },
  {
    name: 'answers are waited for without an end',
    suite: postgresFaults,
    edit: { file: 'adapters/postgres/connection.js', from: 'query_timeout: ANSWER_TIMEOUT_MS,', to: '' },
    noticed: /the silence was noticed/,
  },
  {
    name: 'the server acknowledges before its disk has it',
    suite: postgresFaults,
    edit: {
      file: 'adapters/postgres/connection.js',
      from: "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';",
      to: 'set synchronous_commit = off;',
    },
    noticed: /\d+ lost|answered otherwise/,
  },
  {
    name: 'dead processes are not taken over',
    suite: stopContinue,
    edit: NO_TAKEOVER,
    noticed: /the other takes over/,
  },
  {
    name: 'the lease is five seconds',
    suite: stopContinue,
    edit: { file: 'engine/claiming/leases.js', from: 'const LEASE_MS = 45_000;', to: 'const LEASE_MS = 5_000;' },
    noticed: /taken over after \d+ ms already/,
  },
  {
    name: 'due times are on the wall clock',
    suite: clockJumps,
    edit: { file: 'adapters/clock.js', from: 'steady(monotonicMs() + offsetMs)', to: 'steady(Date.now())' },
    noticed: /retries came early|is pending|are pending|waited/,
  },
];
