import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { curlCommand } from './curl.ts';

const SECRET = 'a secret with $signs and "quotes"';
/** The words that curl would get from a shell. */
function words(command: string): string[] {
  const script = `curl() { for word; do printf '%s\\0' "$word"; done; }\n${command}`;
  return execFileSync('sh', ['-c', script], { env: { ...process.env, POSTHORN_SECRET: SECRET }, encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

describe('copy as curl', () => {
  it('survives any shell, whatever is in the body, and signs it', () => {
    const body = `{"a": "it's $(touch x) \`id\` \\\\ \\"q\\" \\n", "ü": "😀"}`;
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    assert.deepEqual(
      words(
        curlCommand(
          "https://r.example/a?b='c'&d=$e",
          [
            ['content-type', 'application/json'],
            ['x-key', null],
            ['x-iadvize-signature', 'shown'],
          ],
          body,
        ),
      ),
      [
        '-X',
        'POST',
        "https://r.example/a?b='c'&d=$e",
        '-H',
        'content-type: application/json',
        '-H',
        `x-iadvize-signature: sha256=${signature}`,
        '--data-raw',
        body,
      ],
    );
  });

  it('says which headers are missing', () => {
    assert.match(curlCommand('https://r.example/', [['x-key', null]], '{}'), /^# add the headers x-key:/);
  });
});
