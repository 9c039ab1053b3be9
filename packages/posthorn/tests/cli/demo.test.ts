import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ownFolder, Running } from './command.ts';

const cwd = ownFolder();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('posthorn demo', () => {
  it('leaves no process and no folder behind when it is interrupted', async () => {
    const environment = { TMPDIR: cwd, POSTHORN_PORT: 'not for the demo' };
    const demo = new Running(['demo'], { cwd, environment });
    const [, pid] = await demo.output(/^Posthorn [\d.]+: process (\d+),/m);
    await demo.output(/verified {3}crm {5}user\.created/);
    assert.ok(isAlive(Number(pid)));
    const { status } = await demo.stop('SIGINT');
    assert.equal(status, 130);
    assert.deepEqual(readdirSync(cwd), []);
    while (isAlive(Number(pid))) await new Promise((resolve) => setImmediate(resolve));
  });
});
