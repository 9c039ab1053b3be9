import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { networks } from '../../../tests/support/senders.ts';
import { createGuard } from './guard.ts';

const OWN = ['203.0.114.7', '10.0.0.7', 'fe80::1', '2001:470::7'];

describe('the guard', () => {
  it('passes public addresses', () => {
    assert.equal(createGuard([], () => OWN).passes(['8.8.8.8', '2606:4700:4700::1111']), true);
  });

  it('refuses all when one is bad, wherever it stands', () => {
    const guard = createGuard([], () => OWN);
    const many = new Array<string>(300).fill('93.184.215.14');
    assert.equal(guard.passes(many), true);
    assert.equal(guard.passes([...many, '10.0.0.1']), false);
    assert.equal(guard.passes(['fd00::1', ...many]), false);
    assert.equal(guard.passes(['8.8.8.8', 'nonsense']), false);
  });

  it("refuses this machine's own addresses though they are public", () => {
    const guard = createGuard([], () => OWN);
    for (const ip of ['203.0.114.7', '2001:470::7', '2001:470:0::7', '2001:0470::7'])
      assert.equal(guard.passes([ip]), false, ip);
    assert.equal(guard.passes(['203.0.114.8']), true);
  });

  it('passes own addresses whose network is allowed by name', () => {
    const guard = createGuard(networks('203.0.114.0/24'), () => OWN);
    assert.equal(guard.passes(['203.0.114.7']), true);
    assert.equal(guard.passes(['2001:470::7']), false);
  });

  it('notices new own addresses, and keeps those it knows when the system does not tell', () => {
    const answers = [['203.0.114.7'], ['203.0.114.8'], undefined];
    const tell = () => answers.shift() ?? assert.fail('too many open files');
    const guard = createGuard([], tell, 0);
    assert.equal(guard.passes(['203.0.114.8']), false);
    assert.equal(guard.passes(['203.0.114.8']), false);
    assert.equal(guard.passes(['203.0.114.7']), true);
  });

  it('knows the addresses of the machine that it runs on', () => {
    assert.equal(createGuard([]).passes(['127.0.0.1']), false);
    assert.equal(createGuard(networks('127.0.0.0/8')).passes(['127.0.0.1']), true);
  });
});
