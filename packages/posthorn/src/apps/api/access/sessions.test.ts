import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryStore } from '../../../../tests/support/memory-store.ts';
import { systemRandom } from '../../../adapters/random.ts';
import { steady, wall } from '../../../domain/time.ts';
import { hashApiKey } from '../../settings/api-key.ts';
import { ApiKeys } from './api-keys.ts';
import { MAX_SESSIONS, SESSION_IDLE_MS, SESSION_LIFE_MS, SESSION_TOUCH_MS, Sessions } from './sessions.ts';

const KEY = 'the-key-of-these-sessions';

/** Sessions of some processes on one store, at a time that a test sets. */
function processes(...keys: string[][]) {
  const store = createMemoryStore();
  const time = { now: 0 };
  const clock = { wallNow: () => wall(time.now), now: () => steady(time.now), timer: () => () => {} };
  const made = keys.map(
    (known) => new Sessions(store, new ApiKeys(known.map(hashApiKey), clock), clock, systemRandom()),
  );
  const [first] = made;
  assert.ok(first !== undefined);
  return { store, time, first, made };
}

describe('sessions', () => {
  it('go on while they are used', async () => {
    const { time, first } = processes([KEY]);
    const token = await first.begin(KEY);
    assert.match(token, /^[\w-]{43}$/);
    time.now = SESSION_IDLE_MS - 1;
    assert.ok(await first.use(token));
    time.now = 2 * SESSION_IDLE_MS - 2;
    assert.ok(await first.use(token));
  });

  it('end when nobody uses them', async () => {
    const { time, first } = processes([KEY]);
    const token = await first.begin(KEY);
    time.now = SESSION_IDLE_MS;
    assert.ok(!(await first.use(token)));
  });

  it('are not used by asking whether they go on', async () => {
    const { time, first } = processes([KEY]);
    const token = await first.begin(KEY);
    time.now = SESSION_IDLE_MS - 1;
    assert.ok(await first.goesOn(token));
    time.now = SESSION_IDLE_MS;
    assert.ok(!(await first.goesOn(token)));
  });

  it('end after a day of work, however much they are used', async () => {
    const { time, first } = processes([KEY]);
    const token = await first.begin(KEY);
    for (; time.now < SESSION_LIFE_MS; time.now += SESSION_IDLE_MS / 2) assert.ok(await first.use(token));
    time.now = SESSION_LIFE_MS;
    assert.ok(!(await first.use(token)));
  });

  it('end when somebody signs out, at every process, and no other one with them', async () => {
    const { first, made } = processes([KEY], [KEY]);
    const [mine, theirs] = [await first.begin(KEY), await first.begin(KEY)];
    for (const each of made) assert.ok(await each.use(mine));
    await first.end(mine);
    for (const each of made) {
      assert.ok(!(await each.use(mine)));
      assert.ok(!(await each.goesOn(mine)));
      assert.ok(await each.use(theirs));
    }
  });

  it('end when the key that they were begun with is no longer valid', async () => {
    const { first, made } = processes([KEY], ['another-key-instead'], ['another-key-instead', KEY]);
    const token = await first.begin(KEY);
    assert.deepEqual(await Promise.all(made.map((each) => each.use(token))), [true, false, true]);
  });

  it('are stored as hashes, and written down as used once a minute', async () => {
    const { store, time, first } = processes([KEY]);
    const token = await first.begin(KEY);
    const seenAt = async () => (await store.session(hashApiKey(token)))?.seenAt;
    assert.equal(await seenAt(), 0);
    time.now = SESSION_TOUCH_MS - 1;
    await first.use(token);
    assert.equal(await seenAt(), 0);
    time.now = SESSION_TOUCH_MS;
    await first.use(token);
    assert.equal(await seenAt(), SESSION_TOUCH_MS);
  });

  it('are bounded: the one that was idle for longest makes room', async () => {
    const { time, first } = processes([KEY]);
    const [used, idle] = [await first.begin(KEY), await first.begin(KEY)];
    time.now = SESSION_TOUCH_MS;
    assert.ok(await first.use(used));
    time.now += 1;
    for (let count = 2; count <= MAX_SESSIONS; count++) await first.begin(KEY);
    assert.ok(!(await first.use(idle)));
    assert.ok(await first.use(used));
  });

  it('are not what was guessed, and the store is asked for nothing that is no token', async () => {
    const { store, first } = processes([KEY]);
    assert.ok(!(await first.use('A'.repeat(43))));
    store.session = () => assert.fail('the store was asked');
    for (const guess of ['', 'x', 'x'.repeat(10_000), `${'A'.repeat(42)}\0`]) {
      assert.ok(!(await first.use(guess)));
      await first.end(guess);
    }
  });
});
