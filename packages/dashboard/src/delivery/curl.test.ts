import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import type { SentRequest } from '../api/answers.ts';
import { curlCommand } from './curl.ts';

const REQUEST: SentRequest = {
  method: 'POST',
  url: "https://r.example/a?b='c'&d=$e",
  profile: 'iadvize',
  headers: [
    { name: 'host', value: 'r.example' },
    { name: 'connection', value: 'keep-alive' },
    { name: 'x-key', value: null },
    { name: 'content-type', value: 'application/json' },
    { name: 'x-odd', value: `it's "$(touch x)" \`id\`` },
    { name: 'X-Signature', value: 'sha256=00ff' },
    { name: 'content-length', value: '2' },
  ],
  signature: 'sha256=00ff',
};

/** The words that curl would get from a shell. */
function words(command: string): string[] {
  const script = `curl() { for word; do printf '%s\\0' "$word"; done; }\n${command}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('copy as curl', () => {
  it('survives any shell, whatever is in it, and has the signature that was sent', () => {
    const body = `{"a": "it's $(touch x) \`id\` \\\\ \\"q\\" \\n", "ü": "😀"}`;
    assert.deepEqual(words(curlCommand(REQUEST, body)), [
      '-X',
      'POST',
      REQUEST.url,
      '-H',
      'content-type: application/json',
      '-H',
      `x-odd: it's "$(touch x)" \`id\``,
      '-H',
      'X-Signature: sha256=00ff',
      '--data-raw',
      body,
    ]);
  });

  it('says which headers are missing', () => {
    assert.match(curlCommand(REQUEST, '{}'), /^# add the headers x-key: their values are not shown\n/);
  });
});
