import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OUTCOMES } from '../../domain/outcome.ts';
import { outcomeAdvice, outcomeTitle } from './outcomes.ts';

describe('outcomes in words', () => {
  it('has a title and an advice for every outcome', () => {
    for (const outcome of OUTCOMES) {
      const call = { outcome, status: outcome === 'http_status' ? 500 : null };
      assert.ok(outcomeTitle(call).length > 5, outcome);
      assert.match(outcomeAdvice(call), /\.$/, outcome);
    }
  });

  it('tells statuses apart', () => {
    const advice = (status: number) => outcomeAdvice({ outcome: 'http_status', status });
    assert.match(advice(301), /Redirects are not followed/);
    assert.match(advice(404), /path/);
    assert.match(advice(422), /does not accept/);
    assert.match(advice(503), /proxy/);
    assert.match(advice(500), /log/);
    assert.match(advice(299), /200 to 209/);
    assert.equal(outcomeTitle({ outcome: 'http_status', status: 503 }), 'Answered 503');
  });
});
