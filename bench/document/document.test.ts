import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readFigures } from '../measure/figures.ts';
import { DOCUMENT, withFigures } from './document.ts';

const document = readFileSync(DOCUMENT, 'utf8');
const figures = readFigures();

/** The promised speed: each must be a check of a scenario, whether it holds or not. */
const TARGETS = [
  'drain: sqlite to bare loop',
  'drain: postgres to bare loop',
  'flow: sqlite to nothing',
  'flow: postgres to nothing',
  'peers: sqlite to BullMQ + undici, always synced',
  'peers: sqlite to pg-boss + undici',
  'peers: postgres to pg-boss + undici',
  'latency: sqlite p50',
  'latency: sqlite p99',
  'latency: postgres p50',
  'latency: postgres p99',
  'fan-out: sqlite to a backlog',
  'fan-out: sqlite, transactions per event',
  'fan-out: sqlite, copies of the body stored',
  'fan-out: postgres to a backlog',
  'fan-out: postgres, transactions per event',
  'fan-out: postgres, copies of the body stored',
  'pending: sqlite, full: accepts, to an empty queue',
  'pending: sqlite, full: claims, to an empty queue',
  'pending: sqlite starts',
  'pending: postgres, full: accepts, to an empty queue',
  'pending: postgres, full: claims, to an empty queue',
  'pending: postgres starts',
  'retries: sqlite, none early',
  'retries: sqlite, p99 late',
  'retries: postgres, none early',
  'retries: postgres, p99 late',
  'origins: sqlite, 10,000 origins to sqlite, one origin',
  'idle: sqlite, CPU',
  'idle: sqlite, memory',
  'idle: sqlite, uses of the store per s',
  'idle: postgres, CPU',
  'idle: postgres, memory',
  'idle: postgres, uses of the store per s',
  'history: sqlite, the slowest page',
  'history: sqlite, start',
  'history: sqlite, p99 latency while pruning',
  'history: postgres, the slowest page',
  'history: postgres, start',
  'history: postgres, p99 latency while pruning',
];

describe('docs/performance.md', () => {
  it('shows the figures of docs/performance.json, and no others', () => {
    assert.ok(figures);
    assert.equal(document, withFigures(document, figures));
  });

  it('tells of every target of what has been measured whether it holds', () => {
    const scenarios = figures?.scenarios ?? [];
    const checked = new Set(scenarios.flatMap(({ checks }) => checks.map(({ promise }) => promise)));
    const measured = TARGETS.filter((target) => scenarios.some(({ name }) => target.startsWith(`${name}:`)));
    assert.deepEqual(
      measured.filter((target) => !checked.has(target)),
      [],
    );
  });

  it('refuses a document that has no place for a figure', () => {
    assert.ok(figures);
    assert.throws(() => withFigures('# Performance', figures), /lacks the mark <!-- figures: machine -->/);
  });
});
