import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOwnFailure, OUTCOMES, type Outcome } from '../../domain/outcome.ts';
import { outcomeAdvice, outcomeTitle } from './outcomes.ts';

describe('outcomes in words', () => {
  it('has a title and an advice for every outcome', () => {
    for (const outcome of OUTCOMES) {
      const call = { outcome, status: outcome === 'http_status' ? 500 : null };
      assert.ok(outcomeTitle(call).length > 5, outcome);
      assert.match(outcomeAdvice(call), /\.$/, outcome);
    }
  });

  it('says of our own failures that a test call is not repeated', () => {
    for (const outcome of OUTCOMES) {
      const call = { outcome, status: outcome === 'http_status' ? 500 : null };
      const [delivered, tested] = [outcomeAdvice(call), outcomeAdvice(call, 'test')];
      if (isOwnFailure(outcome)) {
        assert.match(delivered, /made again/);
        assert.match(tested, /not repeated/);
        assert.doesNotMatch(tested, /made again/);
      } else assert.equal(tested, delivered);
    }
  });

  it('has the words that people search for', () => {
    const title = (outcome: Outcome) => outcomeTitle({ outcome, status: null });
    assert.equal(title('tls_error'), 'TLS error');
    assert.equal(title('dns_error'), 'DNS error');
    for (const outcome of ['connect_timeout', 'reply_timeout'] as const) assert.match(title(outcome), /timed out/);
    assert.equal(outcomeTitle({ outcome: 'http_status', status: 503 }), 'HTTP 503');
  });
});
