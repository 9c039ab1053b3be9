// `posthorn replay` as a process against a real service.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ownFolder, Running } from './command.ts';
import { Installation } from './installation.ts';

const COUNT = 30;
const root = ownFolder();
let posthorn: Installation;
let endpoint: string;

const url = (id: string) => `/v1/tenants/acme/endpoints/${id}`;
const countOf = async (state: string): Promise<number> =>
  Object(await posthorn.api('GET', `/v1/tenants/acme/deliveries?state=${state}&limit=200`)).data.length;

before(async () => {
  posthorn = await Installation.start(root);
  await posthorn.api('PUT', '/v1/tenants/acme', { name: 'Acme' });
  // Nobody listens there, and there is no second attempt.
  endpoint = await posthorn.endpoint('acme', '/hook', { scheduleMs: [] });
  await posthorn.api('PATCH', url(endpoint), { url: 'https://127.0.0.1:1/nobody', headers: {}, keepSecret: true });
  const events = Array.from({ length: COUNT }, () => ({ type: 'order.paid', payload: {} }));
  await posthorn.api('POST', '/v1/tenants/acme/events/batch', { events });
  while ((await countOf('exhausted')) < COUNT);
});

describe('posthorn replay', () => {
  it('counts, and does nothing', async () => {
    const { status, stdout } = await posthorn.run(['replay', '--dry-run', '--since', '1h', '--type', 'order.*']);
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^30 exhausted deliveries of order\.\* created since .* UTC: about 600 ms at 50 a second\.\n$/,
    );
    const json = await posthorn.run(['replay', '--dry-run', '--json', '--type', 'user.*']);
    assert.deepEqual(JSON.parse(json.stdout), { dryRun: true, total: 0 });
    assert.deepEqual(Object(await posthorn.api('GET', '/v1/tenants/acme/replays')).data, []);
  });

  it('does nothing where nobody can be asked, unless it is told not to ask', async () => {
    const { status, stderr } = await posthorn.run(['replay']);
    assert.equal(status, 2);
    assert.match(stderr, /^posthorn: Nobody can be asked here: add --yes/m);
    assert.deepEqual(Object(await posthorn.api('GET', '/v1/tenants/acme/replays')).data, []);
  });

  it('leaves it running when it is interrupted, and says how to go on', async () => {
    const replay = posthorn.begin(['replay', '--rate', '1', '--yes']);
    await replay.output(/30 exhausted deliveries: about 30 s at 1 a second\./);
    for (;;) if (Object(await posthorn.api('GET', '/v1/tenants/acme/replays')).data.length > 0) break;
    const { status, stderr } = await replay.stop('SIGINT');
    assert.equal(status, 130);
    const [, id = ''] = /posthorn replay --cancel (\S+) --tenant acme/.exec(stderr) ?? [];
    const list = await posthorn.run(['replay', '--list']);
    assert.match(list.stdout, new RegExp(`^${id} {2}running .* 30 exhausted deliveries`, 'm'));

    const cancelled = await posthorn.run(['replay', '--cancel', id]);
    assert.equal(cancelled.status, 0);
    assert.match(cancelled.stdout, /^Cancelled: \d+ of 30 deliveries given one more attempt/);
    const again = await posthorn.run(['replay', '--cancel', id]);
    assert.deepEqual([again.status, again.stderr], [1, 'posthorn: The replay has ended: it is cancelled.\n']);
    assert.equal((await posthorn.run(['replay', '--watch', id])).status, 1);
  });

  it('makes one more attempt of each, and watches it to the end over a restart of the service', async () => {
    await posthorn.api('PATCH', url(endpoint), {
      url: `${posthorn.receiverUrl}/hook`,
      headers: {},
      keepSecret: true,
    });
    const replay = posthorn.begin(['replay', '--rate', '15', '--yes', '--json']);
    await replay.output(/^\d+ of 30/m);
    await posthorn.service.stop();
    await posthorn.serveAgain();
    const { status, stdout } = await replay.ended;
    assert.equal(status, 0);
    const { state, total, replayed } = JSON.parse(stdout);
    assert.deepEqual([state, total, replayed], ['completed', COUNT, COUNT]);
    while ((await countOf('succeeded')) < COUNT);
  });

  it('says when there is nothing to do, no such replay and no such endpoint', async () => {
    const nothing = await posthorn.run(['replay']);
    assert.deepEqual([nothing.status, nothing.stderr], [0, 'Nothing to do: 0 exhausted deliveries.\n']);
    const counted = await posthorn.run(['replay', '--json']);
    assert.deepEqual([counted.status, JSON.parse(counted.stdout).total], [0, 0]);
    const gone = await posthorn.run(['replay', '--watch', endpoint]);
    assert.deepEqual([gone.status, gone.stderr], [1, `posthorn: The tenant acme has no replay ${endpoint}.\n`]);
    const elsewhere = await posthorn.run(['replay', '--endpoint', '0190163d-8694-739b-aea5-966c26f8ad91']);
    assert.equal(elsewhere.status, 1);
    assert.match(elsewhere.stderr, /endpointId: must be the id of an endpoint of this tenant/);
  });
});

const COMMAND = fileURLToPath(new URL('../../bin/posthorn.js', import.meta.url));
const NO_TERMINAL = spawnSync('script', ['--version']).status !== 0 && 'there is no script here to make a terminal';

describe('posthorn replay at a terminal', { skip: NO_TERMINAL }, () => {
  /** Runs it at a terminal of its own and answers its question. */
  async function answered(answer: string) {
    const command = `'${process.execPath}' '${COMMAND}' replay --state succeeded --rate 1000`;
    const replay = new Running(['-qec', command, '/dev/null'], {
      cwd: root,
      environment: { ...posthorn.environment, TERM: 'xterm' },
      program: ['script'],
      input: answer,
    });
    return await replay.ended;
  }

  it('asks, and takes anything but yes for a no', async () => {
    const { status, stdout } = await answered('n\n');
    assert.equal(status, 1);
    assert.match(stdout, /30 succeeded deliveries: .*\r\n.*One more attempt for each of them\? \[y\/N\]/s);
    assert.match(stdout, /Nothing was done\./);
  });

  it('shows a bar that is gone at the end', async () => {
    const { status, stdout } = await answered('y\n');
    assert.equal(status, 0);
    assert.match(stdout, /█/);
    assert.ok(stdout.endsWith('\r\u001b[K30 of 30 deliveries given one more attempt.\r\n'), stdout);
  });
});
