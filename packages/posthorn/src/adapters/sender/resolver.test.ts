import assert from 'node:assert/strict';
import { Resolver as NameServers } from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type NameAnswer, startNameServer } from '../../../tests/support/name-server.ts';
import { type Answer, createResolver, type Resolver } from './resolver.ts';

interface SetUp {
  readonly resolver: Resolver;
  /** Of the name server. */
  readonly address: string;
  readonly questions: readonly string[];
}

async function setUp(t: TestContext, script: (name: string, type: string) => NameAnswer, hosts = ''): Promise<SetUp> {
  const server = await startNameServer(script);
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-'));
  const files = { hosts: join(folder, 'hosts'), resolvConf: join(folder, 'resolv.conf') };
  writeFileSync(files.hosts, hosts);
  const resolver = createResolver(() => nameServersAt(server.address), files);
  t.after(async () => {
    resolver.close();
    rmSync(folder, { recursive: true });
    await server[Symbol.asyncDispose]();
  });
  return { resolver, address: server.address, questions: server.questions };
}

/** They give up a silent name after 0.3 + 0.6 + 1.2 s: long enough for what is to come before that, on a busy machine, too. */
function nameServersAt(address: string, tries = 3): NameServers {
  const servers = new NameServers({ timeout: 300, tries });
  servers.setServers([address]);
  return servers;
}

/** The answer of a lookup, without the times. */
const addressesOf = async (answer: Promise<Answer>) => {
  const given = await answer;
  return 'addresses' in given ? given.addresses : given;
};

const both = { addresses: ['93.184.215.14', '2606:2800:0021::1'] };

describe('the resolver', { concurrency: true }, () => {
  it('gives the addresses of both families', async (t) => {
    const { resolver } = await setUp(t, () => both);
    assert.deepEqual(await addressesOf(resolver.lookup('a.test')), ['93.184.215.14', '2606:2800:21::1']);
  });

  it('asks once for a name that many look up at the same time, and not again for a while', async (t) => {
    const { resolver, questions } = await setUp(t, () => both);
    await Promise.all(Array.from({ length: 50 }, () => resolver.lookup('a.test')));
    await resolver.lookup('a.test');
    assert.deepEqual([...questions].sort(), ['a.test A', 'a.test AAAA']);
  });

  it('asks again at once when the answer may not be kept', async (t) => {
    const { resolver, questions } = await setUp(t, () => ({ ...both, ttl: 0 }));
    await resolver.lookup('a.test');
    await resolver.lookup('a.test');
    assert.equal(questions.length, 4);
  });

  it('survives a TTL of any length', async (t) => {
    const { resolver } = await setUp(t, () => ({ ...both, ttl: 2 ** 31 }));
    assert.ok('addresses' in (await resolver.lookup('a.test')));
  });

  it('keeps dead names from holding up others', async (t) => {
    const { resolver, questions } = await setUp(t, (name) => (name.startsWith('dead') ? 'silence' : both));
    const dead = Array.from({ length: 50 }, (_, index) => resolver.lookup(`dead${index}.test`));
    while (questions.length < 100) await new Promise(setImmediate);
    let given = 0;
    for (const lookup of dead) void lookup.then(() => given++);
    assert.deepEqual(await addressesOf(resolver.lookup('alive.test')), ['93.184.215.14', '2606:2800:21::1']);
    assert.equal(given, 0);
    resolver.close();
    await Promise.all(dead);
  });

  it('does not wait for a family that stays silent until name servers are given up', async (t) => {
    const { resolver, address } = await setUp(t, (_, type) => (type === 'AAAA' ? 'silence' : both));
    const impatient = nameServersAt(address, 2);
    const givenUp = new Promise<string>((resolve) => impatient.resolve6('a.test', () => resolve('given up')));
    const first = await Promise.race([givenUp, addressesOf(resolver.lookup('a.test'))]);
    assert.deepEqual(first, ['93.184.215.14']);
    impatient.cancel();
  });

  for (const [what, answer, failure] of [
    ['an unknown name', { code: 'NXDOMAIN' }, 'no_such_name'],
    ['a name without addresses', { addresses: [] }, 'no_such_name'],
    ['a broken zone', { code: 'SERVFAIL' }, 'server_failed'],
    ['a refusal', { code: 'REFUSED' }, 'server_failed'],
  ] as const) {
    it(`tells ${what} from other failures`, async (t) => {
      const { resolver } = await setUp(t, () => answer);
      assert.deepEqual(await resolver.lookup('a.test'), { failure });
      assert.equal(resolver.silent(), false);
    });
  }

  it('gives the other family late when its answer comes late, and all of them to who asks then', async (t) => {
    const { resolver, questions } = await setUp(t, (_, type) => (type === 'AAAA' ? { ...both, afterMs: 250 } : both));
    const answer = await resolver.lookup('a.test');
    assert.ok('addresses' in answer && answer.late !== undefined);
    assert.deepEqual(answer.addresses, ['93.184.215.14']);
    assert.deepEqual((await answer.late).addresses, ['2606:2800:21::1']);
    assert.deepEqual(await addressesOf(resolver.lookup('a.test')), ['93.184.215.14', '2606:2800:21::1']);
    assert.equal(questions.length, 2);
  });

  it('ends the wait for the other family when it has no addresses', async (t) => {
    const none = { code: 'SERVFAIL', afterMs: 250 } as const;
    const { resolver } = await setUp(t, (_, type) => (type === 'AAAA' ? none : both));
    const answer = await resolver.lookup('a.test');
    assert.ok('addresses' in answer);
    assert.deepEqual((await answer.late)?.addresses, []);
  });

  for (const [what, ipv6] of [
    ['fails', { code: 'SERVFAIL' }],
    ['is refused', { code: 'REFUSED' }],
    ['is not understood', { code: 'FORMERR' }],
    ['says that there is no such name', { code: 'NXDOMAIN' }],
  ] as const) {
    it(`gives the addresses of one family though the answer for the other ${what}`, async (t) => {
      const { resolver } = await setUp(t, (_, type) => (type === 'AAAA' ? ipv6 : both));
      assert.deepEqual(await addressesOf(resolver.lookup('a.test')), ['93.184.215.14']);
    });
  }

  it('gives the addresses of a name that has IPv6 only', async (t) => {
    const { resolver } = await setUp(t, () => ({ addresses: ['2606:2800:21::1'] }));
    assert.deepEqual(await addressesOf(resolver.lookup('a.test')), ['2606:2800:21::1']);
  });

  describe('lets an answer be used', () => {
    for (const [what, answer, seconds] of [
      ['as long as its TTL says', { ...both, ttl: 120 }, 120],
      ['not at all where the TTL is 0', { ...both, ttl: 0 }, 0],
      ['as long as the shortest TTL on the way says', { ...both, ttl: 600, aliases: ['b.test'], aliasTtl: 40 }, 40],
      ['not at all where the TTL is absurd (RFC 2181)', { ...both, ttl: 2 ** 31 }, 0],
    ] as const) {
      it(what, async (t) => {
        const { resolver } = await setUp(t, () => answer);
        const before = performance.now();
        const given = await resolver.lookup('a.test');
        assert.ok('addresses' in given && given.validUntil !== undefined);
        const leftMs = given.validUntil - performance.now();
        assert.ok(leftMs <= seconds * 1_000, `${leftMs} ms`);
        assert.ok(given.validUntil >= before + seconds * 1_000, `${leftMs} ms`);
      });
    }

    it('as long as the shorter TTL of both families says', async (t) => {
      const { resolver } = await setUp(t, (_, type) => ({ ...both, ttl: type === 'A' ? 600 : 20 }));
      const given = await resolver.lookup('a.test');
      assert.ok('addresses' in given && given.validUntil !== undefined);
      assert.ok(given.validUntil - performance.now() <= 20_000);
    });

    it('without any end where no name server was asked', async (t) => {
      const { resolver } = await setUp(t, () => both, '10.1.2.3 a.test');
      assert.deepEqual(await resolver.lookup('a.test'), { addresses: ['10.1.2.3'] });
    });
  });

  it('follows aliases, and is not led in a circle by them', async (t) => {
    const { resolver } = await setUp(t, (name) =>
      name === 'circle.test'
        ? { addresses: [], aliases: ['b.test', 'circle.test'] }
        : { ...both, aliases: ['b.test', 'c.test'] },
    );
    assert.deepEqual(await addressesOf(resolver.lookup('a.test')), ['93.184.215.14', '2606:2800:21::1']);
    assert.deepEqual(await resolver.lookup('circle.test'), { failure: 'no_such_name' });
  });

  it('tells a dead name from dead name servers', { timeout: 10_000 }, async (t) => {
    const { resolver } = await setUp(t, (name) => (name === 'dead.test' ? 'silence' : both));
    assert.deepEqual(await resolver.lookup('dead.test'), { failure: 'server_failed' });
    assert.equal(resolver.silent(), false);
  });

  for (const [what, silent] of [
    ['the root', ''],
    ['names without a dot', 'localhost'],
  ] as const) {
    it(`tells a dead name from name servers that say nothing about ${what}`, { timeout: 10_000 }, async (t) => {
      const { resolver } = await setUp(t, (name) => (name === 'dead.test' || name === silent ? 'silence' : both));
      assert.deepEqual(await resolver.lookup('dead.test'), { failure: 'server_failed' });
      assert.equal(resolver.silent(), false);
    });
  }

  it('tells a dead name from name servers that say nothing but to what they know', { timeout: 10_000 }, async (t) => {
    const { resolver } = await setUp(t, (name) => (name === 'alive.test' ? both : 'silence'));
    await resolver.lookup('alive.test');
    assert.deepEqual(await resolver.lookup('dead.test'), { failure: 'server_failed' });
    assert.equal(resolver.silent(), false);
  });

  it('notices name servers that are dead, and that they are back', { timeout: 10_000 }, async (t) => {
    let alive = false;
    const { resolver } = await setUp(t, () => (alive ? both : 'silence'));
    assert.deepEqual(await resolver.lookup('a.test'), { failure: 'no_resolver' });
    assert.equal(resolver.silent(), true);
    alive = true;
    assert.ok('addresses' in (await resolver.lookup('a.test')));
    assert.equal(resolver.silent(), false);
  });

  it('does not take name servers for dead before they could have answered', async (t) => {
    let deadAtOnce: boolean | undefined;
    const { resolver } = await setUp(t, (_, type) => {
      if (type !== 'NS') return 'silence';
      deadAtOnce ??= resolver.silent();
      return both;
    });
    await resolver.lookup('dead.test');
    assert.equal(deadAtOnce, false);
  });

  it('tells that nobody listens where a name server should be', async (t) => {
    const gone = await startNameServer(() => 'silence');
    await gone[Symbol.asyncDispose]();
    const resolver = createResolver(() => nameServersAt(gone.address));
    t.after(() => resolver.close());
    assert.deepEqual(await resolver.lookup('a.test'), { failure: 'no_resolver' });
  });

  it('gives names in the hosts file the addresses there and asks nobody', async (t) => {
    const { resolver, questions } = await setUp(t, () => both, '10.1.2.3 a.test\nfd00::1 a.test');
    assert.deepEqual(await resolver.lookup('a.test'), { addresses: ['10.1.2.3', 'fd00::1'] });
    assert.deepEqual(questions, []);
  });

  it('never completes a name by a search domain', async (t) => {
    const { resolver, questions } = await setUp(t, () => ({ code: 'NXDOMAIN' }));
    await resolver.lookup('metadata');
    assert.deepEqual([...questions].sort(), ['metadata A', 'metadata AAAA']);
  });

  it('ends open lookups when it is closed', async (t) => {
    const { resolver } = await setUp(t, () => 'silence');
    const answer = resolver.lookup('a.test');
    await new Promise(setImmediate);
    resolver.close();
    assert.deepEqual(await answer, { failure: 'no_resolver' });
  });
});
