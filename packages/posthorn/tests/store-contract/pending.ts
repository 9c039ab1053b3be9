// How much is pending: counted by place, never more than asked for, and how old the oldest is.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { idTime } from '../../src/domain/ids.ts';
import type { ContractIt } from './bench.ts';
import { attemptOf, DONE, dueAgain, FAILED, later, STEADY, SUCCEEDED } from './makers.ts';

const NOTHING = { due: 0, backlog: 0, paused: 0, oldestCreatedAt: null };

export function pendingContract(it: ContractIt): void {
  describe('what is pending', () => {
    it('is nothing at first, and nothing again when everything is ended', async (bench) => {
      assert.deepEqual(await bench.store.pending(10), NOTHING);
      const { owner, endpoint } = await bench.start();
      const delivery = await bench.acceptOne(owner, endpoint);
      await bench.record(owner, attemptOf(delivery, SUCCEEDED, DONE));
      assert.deepEqual(await bench.store.pending(10), NOTHING);
    });

    it('is counted by place, and the oldest may be in any but paused', async (bench) => {
      const { owner, endpoint } = await bench.start();
      const oldest = await bench.acceptOne(owner, endpoint);
      const oldestCreatedAt = idTime(oldest.id);
      assert.deepEqual(await bench.store.pending(10), { ...NOTHING, oldestCreatedAt });
      await bench.acceptOne(owner, endpoint, 'backlog');
      await bench.acceptOne(owner, endpoint, 'backlog');
      await bench.record(owner, attemptOf(oldest, FAILED, dueAgain(later(10_000))));
      assert.deepEqual(await bench.store.pending(10), { due: 1, backlog: 2, paused: 0, oldestCreatedAt });
      const claimed = [
        ...(await bench.claimDue(owner, later(10_000))),
        ...(await bench.claimBacklog(owner, endpoint.id)),
      ];
      await bench.setState(endpoint, 'disabled', STEADY);
      await bench.store.release(
        owner,
        claimed.map(({ id }) => ({ id, to: 'paused', now: STEADY }) as const),
      );
      assert.deepEqual(await bench.store.pending(10), { ...NOTHING, paused: 3 });
    });

    it('is never counted beyond the limit', async (bench) => {
      const { owner, endpoint } = await bench.start();
      for (let index = 0; index < 5; index++) await bench.acceptOne(owner, endpoint, 'backlog');
      assert.equal((await bench.store.pending(3)).backlog, 3);
      assert.equal((await bench.store.pending(5)).backlog, 5);
      assert.equal((await bench.store.pending(6)).backlog, 5);
    });
  });
}
