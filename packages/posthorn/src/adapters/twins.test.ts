// The two stores are twins: each call of the seam stands under the same name in a file of the same name, and points to the
// seam's words. If you have found a call in one store, you have found it in the other.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createMemoryStore } from '../../tests/support/memory-store.ts';

const SEAM = new URL('../seams/store/', import.meta.url);
const STORES = ['sqlite', 'postgres'] as const;

/** A call of the seam, and where its words are. */
interface SeamCall {
  readonly part: string;
  readonly name: string;
}

/** Where a store has a call. */
interface Place {
  readonly file: string;
  /** The comment that stands before it. */
  readonly comment: string;
}

function sources(folder: URL): { readonly file: string; readonly text: string }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
}

/** Every call of the interfaces that make up `Store`, but `close`, which concerns no table. */
function seamCalls(): SeamCall[] {
  const seam = sources(SEAM);
  const [, parts = ''] = seam.flatMap(({ text }) => /^export interface Store extends ([\w, ]+) \{/m.exec(text) ?? []);
  const interfaces = new RegExp(
    String.raw`^export interface (Store|${parts.replaceAll(', ', '|')})\b[^{]*\{(.*?)^\}`,
    'gms',
  );
  return seam.flatMap(({ text }) =>
    [...text.matchAll(interfaces)].flatMap(([, part = '', body = '']) =>
      [...body.matchAll(/^ {2}(\w+)\(/gm)].flatMap(([, name = '']) => (name === 'close' ? [] : [{ part, name }])),
    ),
  );
}

/**
 * The functions and methods that answer a call. Calls that go in steps on SQLite, because others wait for the one connection,
 * are called so there.
 */
function placesOf(store: (typeof STORES)[number], name: string): Place[] {
  const declared = new RegExp(
    String.raw`(?:^ *\/\*\*(?<comment>(?:(?!\*\/).)*)\*\/\n)?(?:^export (?:async )?function|^  async) ${name}(?:Step)?\(`,
    'gms',
  );
  return sources(new URL(`./${store}/`, import.meta.url))
    .filter(({ file }) => file !== 'index.ts')
    .flatMap(({ file, text }) =>
      [...text.matchAll(declared)].map(({ groups }) => ({ file, comment: groups?.['comment'] ?? '' })),
    );
}

describe('the twins', () => {
  const calls = seamCalls();

  it('are compared in every call that a store answers', async () => {
    const { close, ...store } = createMemoryStore();
    await close();
    const answered = Object.entries(store).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    assert.deepEqual(calls.map(({ name }) => name).sort(), answered.sort());
  });

  for (const { part, name } of calls) {
    it(`have ${part}.${name} in files of one name, with a way to the seam's words`, () => {
      const files = STORES.map((store) => {
        const places = placesOf(store, name);
        assert.notEqual(places.length, 0, `${store} has no function called ${name}`);
        const words = `See \`${part}.${name}\`.`;
        assert.ok(
          places.some(({ comment }) => comment.includes(words)),
          `no ${name} of ${store} says: ${words}`,
        );
        const [first, ...others] = new Set(places.map(({ file }) => file));
        assert.deepEqual(others, [], `${store} has ${name} in several files`);
        return first;
      });
      assert.equal(files[0], files[1]);
    });
  }
});
