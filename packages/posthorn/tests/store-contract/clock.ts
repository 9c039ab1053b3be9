// The steady clock's offset: one per boot, and never back behind what an earlier boot has seen.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { ContractIt } from './bench.ts';
import { later, STEADY, WALL } from './makers.ts';

export function clockContract(it: ContractIt): void {
  describe('the clock offset', () => {
    it('makes steady time begin at the wall clock', async ({ store }) => {
      const offset = await store.clockOffset({ id: 'boot-1', monotonicMs: 1_000, wallMs: WALL });
      assert.equal(offset + 1_000, WALL);
    });

    it('stays the same for the whole boot, wherever the wall clock jumps', async (bench) => {
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
      assert.equal(offset + 50, WALL + 60_000);
    });

    it('never takes steady time behind a heartbeat of an earlier boot', async (bench) => {
      const owner = await bench.owner();
      await bench.store.beat(owner, later(5_000));
      await bench.store.beat(owner, later(4_000));
      const store = await bench.reopen();
      const offset = await store.clockOffset({ id: 'boot-2', monotonicMs: 50, wallMs: STEADY - 3_600_000 });
      assert.ok(offset + 50 >= later(5_000));
    });

    it('does not forget the latest steady time when its owner leaves', async (bench) => {
      const owner = await bench.owner();
      await bench.store.beat(owner, later(5_000));
      await bench.store.leave(owner);
      const offset = await bench.store.clockOffset({ id: 'boot-2', monotonicMs: 50, wallMs: STEADY - 3_600_000 });
      assert.ok(offset + 50 >= later(5_000));
    });

    it('is one for all who ask at the same time', async (bench) => {
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
