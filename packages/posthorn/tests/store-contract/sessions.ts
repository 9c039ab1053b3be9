// Sessions: known to every process, over a restart too; bounded; gone when they are ended or over.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Session } from '../../src/seams/store/sessions.ts';
import { assertSame, type ContractIt } from './bench.ts';
import { WALL, wallLater } from './makers.ts';

const MAX = 3;

/** @param number tells sessions apart @param seen when it was used last, in milliseconds after its beginning */
function newSession(number: number, seen = 0, changes: Partial<Session> = {}): Session {
  return {
    tokenHash: new Uint8Array(32).fill(number),
    keyHash: new Uint8Array(32).fill(200),
    createdAt: WALL,
    seenAt: wallLater(seen),
    expiresAt: wallLater(10_000 + seen),
    ...changes,
  };
}

export function sessionsContract(it: ContractIt): void {
  describe('sessions', () => {
    it.onDisk('come back as they were begun, to others and after a restart too', async (bench) => {
      const session = newSession(1, 5);
      await bench.store.beginSession(session, MAX);
      const other = await bench.another();
      assertSame(await other.session(session.tokenHash), session);
      const store = await bench.reopen();
      assertSame(await store.session(session.tokenHash), session);
      assert.equal(await store.session(newSession(2).tokenHash), undefined);
    });

    it('move with their use, and never back', async ({ store }) => {
      const session = newSession(1);
      const bystander = newSession(2);
      for (const each of [session, bystander]) await store.beginSession(each, MAX);
      await store.touchSession(session.tokenHash, wallLater(70), wallLater(20_000));
      await store.touchSession(session.tokenHash, wallLater(60), wallLater(19_000));
      const moved = { ...session, seenAt: wallLater(70), expiresAt: wallLater(20_000) };
      assertSame(await store.session(session.tokenHash), moved);
      assertSame(await store.session(bystander.tokenHash), bystander);
      await store.touchSession(newSession(9).tokenHash, wallLater(70), wallLater(20_000));
      assert.equal(await store.session(newSession(9).tokenHash), undefined);
    });

    it.onDisk('are gone when they were ended, everywhere, and no other with them', async (bench) => {
      const [mine, theirs] = [newSession(1), newSession(2)];
      for (const each of [mine, theirs]) await bench.store.beginSession(each, MAX);
      const other = await bench.another();
      for (let again = 0; again < 2; again++) await other.endSession(mine.tokenHash);
      assert.equal(await bench.store.session(mine.tokenHash), undefined);
      assertSame(await bench.store.session(theirs.tokenHash), theirs);
    });

    it.onDisk(
      'make room for new ones: first those that are over, then those that were used longest ago',
      async ({ store }) => {
        const over = newSession(1, 900, { expiresAt: wallLater(1_000) });
        const idle = newSession(2, 10);
        const used = newSession(3, 20);
        for (const each of [over, idle, used]) await store.beginSession(each, MAX);
        const kept = async (sessions: Session[]) =>
          await Promise.all(sessions.map(async ({ tokenHash }) => (await store.session(tokenHash)) !== undefined));
        const later = { createdAt: wallLater(1_000), seenAt: wallLater(1_000), expiresAt: wallLater(11_000) };
        await store.beginSession(newSession(4, 0, later), MAX);
        assert.deepEqual(await kept([over, idle, used]), [false, true, true]);
        await store.beginSession(newSession(5, 0, later), MAX);
        assert.deepEqual(await kept([idle, used, newSession(4), newSession(5)]), [false, true, true, true]);
      },
    );

    it.onDisk('stay under their bound when many begin at the same time', async (bench) => {
      const other = await bench.another();
      const made = Array.from({ length: 12 }, (_, index) => newSession(index + 1, index));
      await Promise.all(made.map((each, index) => (index % 2 === 0 ? bench.store : other).beginSession(each, MAX)));
      await bench.store.beginSession(newSession(50, 99), MAX);
      const found = await Promise.all(made.map(({ tokenHash }) => bench.store.session(tokenHash)));
      assert.equal(found.filter((each) => each !== undefined).length, MAX - 1);
    });

    it('are removed once they are over', async ({ store }) => {
      const [over, edge, on] = [newSession(1), newSession(2), newSession(3, 1)];
      for (const each of [over, edge, on]) await store.beginSession(each, MAX);
      assert.equal(await store.pruneSessions(wallLater(9_999)), 0);
      assert.equal(await store.pruneSessions(wallLater(10_000)), 2);
      assertSame(await store.session(on.tokenHash), on);
      assert.equal(await store.session(edge.tokenHash), undefined);
    });
  });
}
