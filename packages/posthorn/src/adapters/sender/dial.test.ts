import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { type DialFailure, Dialling } from './dial.ts';

type Fate = 'connects' | 'hangs' | { readonly code: string };

/** Dials sockets that only pretend; resolves with what the owner hears. */
function dialling(fates: Readonly<Record<string, Fate>>) {
  const tried: string[] = [];
  const sockets: Socket[] = [];
  const dial = (address: string) => {
    tried.push(address);
    const socket = new Socket();
    sockets.push(socket);
    const fate = fates[address] ?? 'hangs';
    if (fate === 'connects') setImmediate(() => socket.emit('connect'));
    else if (fate !== 'hangs') setImmediate(() => socket.destroy(Object.assign(new Error('no'), fate)));
    return socket;
  };
  const startedAt = performance.now();
  const result = new Promise<{ winner?: string; failures?: readonly DialFailure[]; ms: number }>((resolve) => {
    new Dialling(Object.keys(fates), 443, dial, {
      dialled: (socket) => {
        resolve({ winner: tried[sockets.indexOf(socket)] ?? 'nobody', ms: performance.now() - startedAt });
      },
      dialFailed: (failures) => resolve({ failures, ms: performance.now() - startedAt }),
    });
  });
  return { result, tried, sockets };
}

describe('dialling several addresses', () => {
  it('takes the first that answers', async () => {
    const { result, tried } = dialling({ '192.0.2.1': 'connects', '192.0.2.2': 'connects' });
    assert.equal((await result).winner, '192.0.2.1');
    assert.deepEqual(tried, ['192.0.2.1']);
  });

  it('gives a dead address a quarter second of head start, then closes it', async () => {
    const { result, sockets } = dialling({ '192.0.2.1': 'hangs', '192.0.2.2': 'connects' });
    const { winner, ms } = await result;
    assert.equal(winner, '192.0.2.2');
    assert.ok(ms >= 240 && ms < 400, `${ms} ms`);
    assert.deepEqual(
      sockets.map((socket) => socket.destroyed),
      [true, false],
    );
  });

  it('goes on at once after one that fails', async () => {
    const { result } = dialling({ '192.0.2.1': { code: 'ECONNREFUSED' }, '192.0.2.2': 'connects' });
    const { winner, ms } = await result;
    assert.equal(winner, '192.0.2.2');
    assert.ok(ms < 200, `${ms} ms`);
  });

  it('tries the families in turn', async () => {
    const refused = { code: 'ENETUNREACH' };
    const { result, tried } = dialling({ '2001:db8::1': refused, '2001:db8::2': refused, '192.0.2.1': refused });
    const { failures } = await result;
    assert.deepEqual(tried, ['192.0.2.1', '2001:db8::1', '2001:db8::2']);
    assert.equal(failures?.length, 3);
  });

  it('tries only so many of them', async () => {
    const fates = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`192.0.2.${i}`, { code: 'ECONNREFUSED' }]));
    const { result, tried } = dialling(fates);
    await result;
    assert.equal(tried.length, 8);
  });

  it('is silent once cancelled', async () => {
    const socket = new Socket();
    const owner = { dialled: () => assert.fail('dialled'), dialFailed: () => assert.fail('failed') };
    const dial = new Dialling(['192.0.2.1'], 443, () => socket, owner);
    dial.cancel();
    socket.emit('connect');
    socket.emit('error', new Error('late'));
    assert.equal(socket.destroyed, true);
  });
});
