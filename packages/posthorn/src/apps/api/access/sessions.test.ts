import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemRandom } from '../../../adapters/random.ts';
import { steady } from '../../../domain/time.ts';
import { MAX_SESSIONS, SESSION_IDLE_MS, SESSION_LIFE_MS, Sessions } from './sessions.ts';

const sessions = () => new Sessions(systemRandom());

describe('sessions', () => {
  it('go on while they are used', () => {
    const open = sessions();
    const token = open.begin(steady(0));
    assert.match(token, /^[\w-]{43}$/);
    assert.ok(open.use(token, steady(SESSION_IDLE_MS - 1)));
    assert.ok(open.use(token, steady(2 * SESSION_IDLE_MS - 2)));
  });

  it('end when nobody uses them, for good', () => {
    const open = sessions();
    const token = open.begin(steady(0));
    assert.ok(!open.use(token, steady(SESSION_IDLE_MS)));
    assert.ok(!open.use(token, steady(0)));
  });

  it('are not used by asking whether they go on', () => {
    const open = sessions();
    const token = open.begin(steady(0));
    assert.ok(open.goesOn(token, steady(SESSION_IDLE_MS - 1)));
    assert.ok(!open.goesOn(token, steady(SESSION_IDLE_MS)));
    open.end(token);
    assert.ok(!open.goesOn(token, steady(1)));
  });

  it('end after a day of work, however much they are used', () => {
    const open = sessions();
    const token = open.begin(steady(0));
    for (let now = 0; now < SESSION_LIFE_MS; now += SESSION_IDLE_MS / 2) assert.ok(open.use(token, steady(now)));
    assert.ok(!open.use(token, steady(SESSION_LIFE_MS)));
  });

  it('end when somebody signs out, and no other one with them', () => {
    const open = sessions();
    const [mine, theirs] = [open.begin(steady(0)), open.begin(steady(0))];
    open.end(mine);
    assert.ok(!open.use(mine, steady(1)));
    assert.ok(open.use(theirs, steady(1)));
  });

  it('are bounded: the one that was idle for longest makes room', () => {
    const open = sessions();
    const [used, idle] = [open.begin(steady(0)), open.begin(steady(0))];
    assert.ok(open.use(used, steady(1)));
    for (let count = 2; count <= MAX_SESSIONS; count++) open.begin(steady(2));
    assert.ok(!open.use(idle, steady(3)));
    assert.ok(open.use(used, steady(3)));
  });

  it('are not what was guessed', () => {
    assert.ok(!sessions().use('', steady(0)));
    assert.ok(!sessions().use('x'.repeat(10_000), steady(0)));
  });
});
