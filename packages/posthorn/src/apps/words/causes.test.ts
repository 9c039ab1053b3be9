import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OUTCOMES, type Outcome } from '../../domain/outcome.ts';
import { causesOf } from './causes.ts';

const none = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
const answered = (...statuses: [status: number, attempts: number][]) =>
  statuses.map(([status, attempts]) => ({ status, attempts }));

describe('causes of failures', () => {
  for (const [name, outcomes, statuses, causes] of [
    ['are none where all succeeded', { succeeded: 9 }, answered(), []],
    [
      'are outcomes and statuses, the most frequent first',
      { succeeded: 9, http_status: 15, reply_timeout: 7 },
      answered([503, 12], [404, 3]),
      ['http_status 503: 12', 'reply_timeout null: 7', 'http_status 404: 3'],
    ],
    [
      'have no status where none was counted',
      { http_status: 15, tls_error: 1 },
      answered([503, 5]),
      ['http_status null: 10', 'http_status 503: 5', 'tls_error null: 1'],
    ],
  ] as const) {
    it(name, () => {
      const found = causesOf({ outcomes: { ...none, ...outcomes }, statuses });
      assert.deepEqual(
        found.map(({ outcome, status, count }) => `${outcome} ${status}: ${count}`),
        causes,
      );
    });
  }
});
