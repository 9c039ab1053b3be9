import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { networks } from '../../../tests/support/senders.ts';
import type { CallbackUrlRules } from '../../domain/callback-url.ts';
import { createGuard } from './guard.ts';

const OWN = ['203.0.114.7', '10.0.0.7', 'fe80::1', '2001:470::7'];

const STRICT: CallbackUrlRules = { allowed: [], denied: [], allowHttp: false };
const allowing = (...cidrs: string[]): CallbackUrlRules => ({ ...STRICT, allowed: networks(...cidrs) });

describe('the guard', () => {
  it('passes public addresses', () => {
    assert.equal(createGuard(STRICT, () => OWN).passes(['8.8.8.8', '2606:4700:4700::1111']), true);
  });

  it('refuses all when one is bad, wherever it stands', () => {
    const guard = createGuard(STRICT, () => OWN);
    const many = new Array<string>(300).fill('93.184.215.14');
    assert.equal(guard.passes(many), true);
    assert.equal(guard.passes([...many, '10.0.0.1']), false);
    assert.equal(guard.passes(['fd00::1', ...many]), false);
    assert.equal(guard.passes(['8.8.8.8', 'nonsense']), false);
  });

  it("refuses this machine's own addresses though they are public", () => {
    const guard = createGuard(STRICT, () => OWN);
    for (const ip of ['203.0.114.7', '2001:470::7', '2001:470:0::7', '2001:0470::7'])
      assert.equal(guard.passes([ip]), false, ip);
    assert.equal(guard.passes(['203.0.114.8']), true);
  });

  it('passes own addresses whose network is allowed by name', () => {
    const guard = createGuard(allowing('203.0.114.0/24'), () => OWN);
    assert.equal(guard.passes(['203.0.114.7']), true);
    assert.equal(guard.passes(['2001:470::7']), false);
  });

  it("refuses this machine's own addresses inside IPv6 addresses, NAT64's above all", () => {
    const guard = createGuard(STRICT, () => OWN);
    for (const ip of ['64:ff9b::203.0.114.7', '64:ff9b::cb00:7207', '2600::5efe:cb00:7207']) {
      assert.equal(guard.passes([ip]), false, ip);
      assert.equal(guard.objection(ip)?.cause, 'own');
    }
    for (const ip of ['64:ff9b::203.0.114.8', '2600::5efe:cb00:7208']) assert.equal(guard.passes([ip]), true, ip);
    const around = createGuard(allowing('64:ff9b::/32'), () => OWN);
    for (const ip of ['64:ff9b::203.0.114.7', '64:ff9b:1::203.0.114.7']) assert.equal(around.passes([ip]), false, ip);
    const named = createGuard(allowing('203.0.114.0/24'), () => OWN);
    assert.equal(named.passes(['64:ff9b::203.0.114.7']), true);
  });

  it('lets plain HTTP go where its switch says', () => {
    const inTheClear = (allowHttp: CallbackUrlRules['allowHttp'], ...addresses: string[]) =>
      createGuard({ ...allowing('10.0.0.0/8'), allowHttp }, () => OWN).passesInTheClear(addresses);
    assert.equal(inTheClear(true, '8.8.8.8'), true);
    assert.equal(inTheClear('networks', '10.0.0.1', '10.0.0.2'), true);
    assert.equal(inTheClear('networks', '10.0.0.1', '8.8.8.8'), false);
    assert.equal(inTheClear(false, '10.0.0.1'), false);
  });

  it('notices new own addresses, and keeps those it knows when the system does not tell', () => {
    const answers = [['203.0.114.7'], ['203.0.114.8'], undefined];
    const tell = () => answers.shift() ?? assert.fail('too many open files');
    const guard = createGuard(STRICT, tell, 0);
    assert.equal(guard.passes(['203.0.114.8']), false);
    assert.equal(guard.passes(['203.0.114.8']), false);
    assert.equal(guard.passes(['203.0.114.7']), true);
  });

  it('knows the addresses of the machine that it runs on', () => {
    assert.equal(createGuard(STRICT).passes(['127.0.0.1']), false);
    assert.equal(createGuard(allowing('127.0.0.0/8')).passes(['127.0.0.1']), true);
  });
});
