import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ownFolder, Running } from '../../posthorn/tests/cli/command.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const cwd = ownFolder();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the demo', () => {
  it('leaves no process and no folder behind when it is interrupted', async () => {
    const environment = { TMPDIR: cwd, POSTHORN_PORT: 'not for the demo' };
    const demo = new Running([], { cwd, environment, program: [process.execPath, MAIN] });
    const [, pid] = await demo.output(/^Posthorn [\d.]+: process (\d+),/m);
    await demo.output(/verified {3}crm {5}user\.created/);
    assert.ok(isAlive(Number(pid)));
    const { status } = await demo.stop('SIGINT');
    assert.equal(status, 130);
    assert.deepEqual(readdirSync(cwd), []);
    while (isAlive(Number(pid))) await new Promise((resolve) => setImmediate(resolve));
  });
});
