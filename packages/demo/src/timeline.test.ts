import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plain } from '../../posthorn/src/apps/terminal/paint.ts';
import { summaryLines } from './pages.ts';
import { timelineLine } from './timeline.ts';

describe('the timeline', () => {
  it('aligns its columns', () => {
    assert.deepEqual(
      [
        timelineLine({ atMs: undefined, mark: 'refused', text: 'http://example.com' }, plain),
        timelineLine({ atMs: 13.4, mark: 'accepted', eventType: 'user.created', text: 'for crm' }, plain),
        timelineLine(
          { atMs: 30_106, mark: 'verified', endpoint: 'chat', eventType: 'v2.conversation.pushed', text: 'call 3' },
          plain,
        ),
      ],
      [
        '          refused            http://example.com',
        ' 0.013 s  accepted           user.created            for crm',
        '30.106 s  verified   chat    v2.conversation.pushed  call 3',
      ],
    );
  });

  it('shows what a receiver or a service sent, and never lets it act', () => {
    assert.doesNotMatch(
      timelineLine({ atMs: 0, mark: 'verified', eventType: '\u001b[2J', text: '\u0007' }, plain),
      /[^\x20-\x7e]/,
    );
  });
});

describe('the summary', () => {
  const kept = { kept: true, promise: 'a', measured: '1 of 1' };

  it('says so when all was as promised', () => {
    assert.deepEqual(summaryLines([kept], 39_560, plain), [
      '',
      '   promised  happened',
      '✓  a         1 of 1',
      '',
      'All 1 promises kept, 39.6 s.',
    ]);
  });

  it('counts what was broken', () => {
    const lines = summaryLines([kept, { kept: false, promise: 'b', measured: '0 of 1' }], 1_000, plain);
    assert.equal(lines[3], '✗  b         0 of 1');
    assert.equal(lines.at(-1), '1 of 2 promises broken, 1.0 s.');
  });
});
