import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lockHolder } from './lock-holder.ts';

const LOCKS = `1: FLOCK  ADVISORY  WRITE 612 00:19:1042 0 EOF
2: POSIX  ADVISORY  READ 700 fd:01:1837 1073741826 1073742335
3: POSIX  ADVISORY  WRITE 4711 fd:01:1837 1073741824 1073742335
4: POSIX  ADVISORY  WRITE 4712 00:2b:1838 1073741824 1073742335
`;
/** Device 253:1. */
const DEV = 0xfd01;

describe('the holder of a lock', () => {
  it('is the process with the write lock on this very file', () => {
    assert.equal(lockHolder(LOCKS, { dev: DEV, ino: 1837 }, undefined), 4711);
    assert.equal(lockHolder(LOCKS, { dev: DEV, ino: 1042 }, undefined), undefined);
    assert.equal(lockHolder('', { dev: DEV, ino: 1837 }, 4711), undefined);
  });

  it('is believed under another device only when the folder names the same process', () => {
    assert.equal(lockHolder(LOCKS, { dev: DEV, ino: 1838 }, undefined), undefined);
    assert.equal(lockHolder(LOCKS, { dev: DEV, ino: 1838 }, 4712), 4712);
  });
});
