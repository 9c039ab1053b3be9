// The machine's randomness, drawn in blocks: one system call serves hundreds of ids.
import { randomFillSync } from 'node:crypto';
import type { Random } from '../seams/random.ts';

const BLOCK_BYTES = 8_192;

export function systemRandom(): Random {
  let block = new Uint8Array(0);
  let used = 0;
  return {
    bytes(size) {
      if (used + size > block.length) {
        block = randomFillSync(new Uint8Array(Math.max(BLOCK_BYTES, size)));
        used = 0;
      }
      used += size;
      return block.subarray(used - size, used);
    },
  };
}
