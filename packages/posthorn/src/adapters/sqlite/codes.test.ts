import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const FOLDER = new URL('./', import.meta.url);
/** A place or a state compared with, or set to, a number. */
const DIGIT = /\b(?:place|state)\b\s*(?:=|<>|<|>|in)\s*\(?\d/;

describe('codes in statements', () => {
  it('are written by name: a digit says nothing to a reader, and nothing finds it', () => {
    const lines = readdirSync(FOLDER)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = readFileSync(new URL(file, FOLDER), 'utf8');
        return text.split('\n').map((line, index) => ({ at: `${file}:${index + 1}`, line }));
      });
    assert.deepEqual(
      lines.filter(({ line }) => DIGIT.test(line)),
      [],
    );
  });
});
