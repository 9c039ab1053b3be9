// The steady clock's offset: one per boot, and never back behind what an earlier boot has seen.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { steady } from '../../src/domain/time.ts';
import type { Store } from '../../src/seams/store/index.ts';
import type { ContractIt } from './bench.ts';
import { WALL } from './makers.ts';

/** A steady time that no wall clock has reached. */
const AHEAD = steady(Math.floor(Date.now()) + 3_600_000);

export function clockContract(it: ContractIt): void {
  describe('the clock offset', () => {
    it('makes steady time begin at the wall clock', async ({ store }) => {
      const offset = await store.clockOffset({ id: 'boot-1', monotonicMs: 1_000, wallMs: WALL });
      assertNow(store, offset + 1_000, WALL);
    });

    it.onDisk('stays the same for the whole boot, wherever the wall clock jumps', async (bench) => {
      const offset = await bench.store.clockOffset({ id: 'boot-1', monotonicMs: 1_000.25, wallMs: WALL });
      assert.equal(
        await bench.store.clockOffset({ id: 'boot-1', monotonicMs: 9_000, wallMs: WALL + 3_600_000 }),
        offset,
      );
      const store = await bench.reopen();
      assert.equal(await store.clockOffset({ id: 'boot-1', monotonicMs: 9_500, wallMs: WALL - 3_600_000 }), offset);
    });

    it('is taken anew in another boot', async ({ store }) => {
      await store.clockOffset({ id: 'boot-1', monotonicMs: 1_000, wallMs: WALL });
      const offset = await store.clockOffset({ id: 'boot-2', monotonicMs: 50, wallMs: WALL + 60_000 });
      assertNow(store, offset + 50, WALL + 60_000);
    });

    it.onDisk('never takes steady time behind a heartbeat of an earlier boot', async (bench) => {
      const owner = await bench.owner();
      await bench.store.beat(owner, AHEAD);
      await bench.store.beat(owner, steady(AHEAD - 1_000));
      const store = await bench.reopen();
      const offset = await store.clockOffset({ id: 'boot-2', monotonicMs: 50, wallMs: AHEAD - 3_600_000 });
      assert.ok(offset + 50 >= AHEAD);
    });

    it('does not forget the latest steady time when its owner leaves', async (bench) => {
      const owner = await bench.owner();
      await bench.store.beat(owner, AHEAD);
      await bench.store.leave(owner);
      const offset = await bench.store.clockOffset({ id: 'boot-2', monotonicMs: 50, wallMs: AHEAD - 3_600_000 });
      assert.ok(offset + 50 >= AHEAD);
    });

    it.onDisk('is one for all who ask at the same time', async (bench) => {
      const other = await bench.another();
      const offsets = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((index) =>
          (index % 2 === 0 ? bench.store : other).clockOffset({
            id: 'boot-1',
            monotonicMs: 1_000 + index,
            wallMs: WALL + 7 * index,
          }),
        ),
      );
      assert.equal(new Set(offsets).size, 1);
    });
  });
}

/** A store of its own takes the machine's wall clock for the time; one that machines share has a clock that they share, too. */
function assertNow(store: Store, steadyMs: number, wallMs: number): void {
  if (store.exclusive) assert.equal(steadyMs, wallMs);
  else assert.ok(Math.abs(steadyMs - Date.now()) < 2_000);
}
