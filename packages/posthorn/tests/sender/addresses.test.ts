// Promise: no callback reaches an address that is not public, unless it was allowed: not by DNS, rebinding or spelling.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { Dial } from '../../src/adapters/sender/dial.ts';
import { dialTcp } from '../../src/adapters/sender/dial.ts';
import type { Resolver } from '../../src/adapters/sender/resolver.ts';
import { judgeAddress } from '../../src/domain/address.ts';
import { answering, startReceiver } from '../support/receivers.ts';
import { networks, resolvingTo, startSender } from '../support/senders.ts';

interface CorpusEntry {
  readonly url: string;
  readonly verdict: 'allow' | 'deny';
  readonly why: string;
  readonly stage: 'create' | 'connect';
  /** The answers of one lookup after the other. */
  readonly dns?: readonly (readonly string[])[];
}

const corpus: readonly CorpusEntry[] = JSON.parse(
  readFileSync(new URL('../fixtures/callback-urls.json', import.meta.url), 'utf8'),
);

/** Lookups answer from the script, and nothing is really dialled: every attempt is refused. */
function scripted(answers: readonly (readonly string[])[]) {
  const dialled: string[] = [];
  let lookups = 0;
  const resolver: Resolver = {
    lookup: async () => ({ addresses: answers[lookups++] ?? [] }),
    silent: () => false,
    close: () => {},
  };
  const dial: Dial = (address) => {
    dialled.push(address);
    const socket = new Socket();
    setImmediate(() => socket.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
    return socket;
  };
  const sending = startSender({ allowed: [], allowHttp: false }, { resolver, dial });
  return { sending, dialled, lookups: () => lookups };
}

describe('a call', () => {
  for (const { url, verdict, why, dns = [] } of corpus.filter(({ stage }) => stage === 'connect')) {
    it(`to ${url} goes to public addresses only: ${why}`, async () => {
      const { sending, dialled, lookups } = scripted(dns);
      await using _ = sending;
      let refusals = 0;
      for (const [index, addresses] of dns.entries()) {
        dialled.length = 0;
        const result = await sending.send(url);
        assert.equal(lookups(), index + 1);
        if (
          addresses.length > 0 &&
          addresses.every((address) => judgeAddress(address, { allowed: [], denied: [] }).allowed)
        ) {
          assert.equal(result.outcome, 'connect_refused');
          assert.ok(dialled.length > 0 && dialled.every((address) => addresses.includes(address)));
        } else {
          refusals++;
          assert.equal(result.outcome, addresses.length === 0 ? 'dns_error' : 'blocked_address');
          assert.deepEqual(dialled, []);
        }
      }
      assert.equal(refusals > 0, verdict === 'deny');
    });
  }

  it('to a URL that could not be stored looks nothing up and connects to nothing', async () => {
    const { sending, dialled, lookups } = scripted([]);
    await using _ = sending;
    for (const { url } of corpus.filter(({ stage, verdict }) => stage === 'create' && verdict === 'deny')) {
      assert.equal((await sending.send(url)).outcome, 'blocked_address', url);
    }
    assert.equal(lookups(), 0);
    assert.deepEqual(dialled, []);
  });

  it('gets the same answer for every refused address, so that it tells nothing about the inside', async () => {
    const answers = new Set<string | null>();
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', 'fd00::1']) {
      await using sending = startSender({ allowed: [], allowHttp: false }, { resolver: resolvingTo(address) });
      answers.add((await sending.send('https://hooks.test/')).error);
      const host = address.includes(':') ? `[${address}]` : address;
      answers.add((await sending.send(`https://${host}:8443/`)).error);
    }
    assert.equal(answers.size, 1);
    assert.match([...answers][0] ?? '', /does not lead to a public address/);
  });

  it('to plain HTTP is refused when that is switched off, though the endpoint was made before', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    await using sending = startSender({ allowHttp: false });
    const result = await sending.send(`http://127.0.0.1:${receiver.port}/`);
    assert.equal(result.outcome, 'blocked_address');
    assert.match(result.error ?? '', /plain HTTP/);
    assert.equal(receiver.connections(), 0);
  });
});

describe('a call in plain HTTP, allowed to named networks only,', () => {
  for (const [what, addresses, outcome] of [
    ['a named address', ['10.0.0.1'], 'succeeded'],
    ['named addresses', ['10.0.0.1', '10.0.0.2'], 'succeeded'],
    ['a named address inside NAT64', ['64:ff9b::a00:1'], 'succeeded'],
    ['a public address', ['93.184.215.14'], 'blocked_address'],
    ['a named and a public address', ['10.0.0.1', '93.184.215.14'], 'blocked_address'],
    ['an inside address', ['192.168.0.1'], 'blocked_address'],
    ['a denied address', ['10.1.0.1'], 'blocked_address'],
  ] as const) {
    it(`to a name that leads to ${what} is ${outcome}`, async () => {
      await using receiver = await startReceiver({ onRequest: answering(200) });
      const dialled: string[] = [];
      const dial: Dial = (address, port) => {
        dialled.push(address);
        return dialTcp('127.0.0.1', port);
      };
      const settings = {
        allowed: networks('10.0.0.0/8'),
        denied: networks('10.1.0.0/16'),
        allowHttp: 'networks' as const,
      };
      await using sending = startSender(settings, { resolver: resolvingTo(...addresses), dial });
      const result = await sending.send(`http://hooks.test:${receiver.port}/`, { connectTimeoutMs: 2_000 });
      assert.equal(result.outcome, outcome, JSON.stringify(result));
      assert.equal(dialled.length, outcome === 'succeeded' ? 1 : 0);
    });
  }

  it('says that it is plain HTTP if the address alone would do', async () => {
    const settings = { allowed: networks('10.0.0.0/8'), allowHttp: 'networks' as const };
    await using sending = startSender(settings, { resolver: resolvingTo('93.184.215.14') });
    for (const url of ['http://hooks.test/', 'http://93.184.215.14/']) {
      assert.match((await sending.send(url)).error ?? '', /plain HTTP.*POSTHORN_ALLOW_HTTP/);
    }
  });
});

describe('a denied network', () => {
  it('is not reached, be it public, allowed or inside NAT64', async () => {
    const settings = {
      allowed: networks('10.0.0.0/8'),
      denied: networks('10.1.0.0/16', '93.184.215.0/24'),
      allowHttp: false,
    };
    for (const address of ['10.1.0.1', '93.184.215.14', '64:ff9b::5db8:d70e']) {
      const dial: Dial = () => assert.fail(`${address} was dialled`);
      await using sending = startSender(settings, { resolver: resolvingTo(address), dial });
      assert.equal((await sending.send('https://hooks.test/')).outcome, 'blocked_address', address);
    }
  });
});

describe('a kept connection', () => {
  it('is used on, but a new one is judged anew', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    let lookups = 0;
    const resolver: Resolver = {
      lookup: async () => ({ addresses: answers[lookups++] ?? [] }),
      silent: () => false,
      close: () => {},
    };
    const dialled: string[] = [];
    const dial: Dial = (address, port) => {
      dialled.push(address);
      return dialTcp('127.0.0.1', port);
    };
    await using sending = startSender({ allowed: [] }, { resolver, dial });
    const url = `http://rebind.test:${receiver.port}/`;
    assert.equal((await sending.send(url)).outcome, 'succeeded');
    assert.equal((await sending.send(url)).connectMs, null);
    for (const socket of receiver.sockets) socket.destroy();
    while (receiver.open() > 0) await new Promise(setImmediate);
    assert.equal((await sending.send(url)).outcome, 'blocked_address');
    assert.deepEqual(dialled, ['93.184.215.14']);
  });
});

describe('allowed networks', () => {
  it('open what they name and nothing else', async () => {
    await using receiver = await startReceiver({ onRequest: answering(200) });
    const dialled: string[] = [];
    const dial: Dial = (address, port) => {
      dialled.push(address);
      return dialTcp('127.0.0.1', port);
    };
    const call = async (address: string) => {
      const resolver = resolvingTo(address);
      await using sending = startSender({ allowed: networks('10.1.0.0/16') }, { resolver, dial });
      return (await sending.send(`http://hooks.test:${receiver.port}/`)).outcome;
    };
    assert.equal(await call('10.1.2.3'), 'succeeded');
    assert.equal(await call('10.2.2.3'), 'blocked_address');
    assert.equal(await call('169.254.169.254'), 'blocked_address');
    assert.equal(await call('127.0.0.1'), 'blocked_address');
    assert.deepEqual(dialled, ['10.1.2.3']);
  });

  it('make localhost mean the loopback addresses that they hold, whatever name servers say', async () => {
    const asked: string[] = [];
    const resolver: Resolver = {
      lookup: async (name) => {
        asked.push(name);
        return { addresses: ['93.184.215.14'] };
      },
      silent: () => false,
      close: () => {},
    };
    for (const [cidr, expected] of [
      ['127.0.0.0/8', '127.0.0.1'],
      ['::1/128', '::1'],
    ] as const) {
      const dialled: string[] = [];
      const dial: Dial = (address) => {
        dialled.push(address);
        const socket = new Socket();
        setImmediate(() => socket.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
        return socket;
      };
      await using sending = startSender({ allowed: networks(cidr) }, { resolver, dial });
      await sending.send('https://localhost/');
      await sending.send('https://app.localhost/');
      assert.deepEqual(dialled, [expected, expected]);
    }
    assert.deepEqual(asked, []);
  });
});
