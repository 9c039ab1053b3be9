// The commands for whoever runs webhooks, as processes against a real service.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ownFolder } from './command.ts';
import { Installation } from './installation.ts';

const UNKNOWN = '0190163d-8694-739b-aea5-966c26f8ad91';
const root = ownFolder();
let posthorn: Installation;
/** Its receiver is there; `refused` has nobody who listens. */
let endpoint: string;
let refused: string;

before(async () => {
  posthorn = await Installation.start(root);
  await posthorn.api('PUT', '/v1/tenants/acme', { name: 'Acme' });
  endpoint = await posthorn.endpoint('acme', '/hook', { eventTypes: ['order.*'], description: 'Orders' });
  const made = await posthorn.api('POST', '/v1/tenants/acme/endpoints', {
    url: 'https://127.0.0.1:1/nobody',
    eventTypes: ['bad.*'],
    scheduleMs: [],
  });
  refused = String(Object(made).id);
});

/** Waits until a delivery is ended. */
async function ended(id: string): Promise<void> {
  for (;;) {
    const { state } = Object(await posthorn.api('GET', `/v1/tenants/acme/deliveries/${id}`));
    if (state !== 'pending') return;
  }
}

describe('posthorn deliveries', () => {
  let good: string;
  let bad: { id: string; deliveries: string[] };

  before(async () => {
    good = (await posthorn.event('acme', 'order.paid')).deliveries[0] ?? '';
    bad = await posthorn.event('acme', 'bad.news');
    await Promise.all([good, bad.deliveries[0] ?? ''].map(ended));
  });

  it('lists them, newest first, with what became of each', async () => {
    const { status, stdout, stderr } = await posthorn.run(['deliveries', '--tenant', 'acme']);
    assert.deepEqual([status, stderr], [0, '']);
    const [head = '', first = '', second = ''] = stdout.split('\n');
    assert.match(head, /^ID +STATE +LAST ATTEMPT +TRIES +CREATED \(UTC\) +TYPE +ENDPOINT$/);
    assert.match(
      first,
      new RegExp(
        `^${bad.deliveries[0]} {2}✗ exhausted {2}✗ Connection refused {2} +1 {2}[\\d:]{8} +bad.news +127.0.0.1:1/nobody$`,
      ),
    );
    assert.match(
      second,
      new RegExp(`^${good} {2}✓ succeeded {2}✓ Delivered +1 {2}[\\d:]{8} +order.paid +127.0.0.1:\\d+/hook$`),
    );
  });

  it('lists those that are asked for', async () => {
    const ids = async (...flags: string[]) => {
      const { stdout } = await posthorn.run(['deliveries', '--json', ...flags]);
      return JSON.parse(stdout).data.map(({ id }: { id: string }) => id);
    };
    const [of = ''] = bad.deliveries;
    assert.deepEqual(await ids('--state', 'exhausted'), [of]);
    assert.deepEqual(await ids('--state', 'exhausted,cancelled'), [of]);
    assert.deepEqual(await ids('--outcome', 'connect_refused,tls_error'), [of]);
    assert.deepEqual(await ids('--status', '5xx,200'), [good]);
    assert.deepEqual(await ids('--type', 'order.paid', '--since', '1h'), [good]);
    assert.deepEqual(await ids('--endpoint', refused.toUpperCase()), [of]);
    assert.deepEqual(await ids('--event', bad.id), [of]);
    assert.deepEqual(await ids('--until', '1h'), []);
    assert.deepEqual(await ids('--limit', '1'), [of]);
  });

  it('finds what a ticket contains', async () => {
    const [of = ''] = bad.deliveries;
    const { status, stdout, stderr } = await posthorn.run(['find', of]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^KIND +TENANT +CREATED +VALUE\\ndelivery +acme +[\\d:]{8} +${of}\\n$`));
    assert.match(stderr, new RegExp(`posthorn deliveries ${of} --tenant acme`));
    const begun = await posthorn.run(['find', '--json', of.slice(0, 13)]);
    assert.ok(JSON.parse(begun.stdout).data.some(({ value }: { value: string }) => value === of));
    const none = await posthorn.run(['find', 'order-0']);
    assert.deepEqual([none.status, none.stdout], [1, '']);
    assert.match(none.stderr, /^posthorn: No tenant has anything with order-0 /);
  });

  it('says when there are more, and when there are none', async () => {
    assert.match((await posthorn.run(['deliveries', '--limit', '1'])).stderr, /^These are the newest 1: --limit /);
    const none = await posthorn.run(['deliveries', '--state', 'cancelled']);
    assert.deepEqual([none.status, none.stdout, none.stderr], [0, '', 'No deliveries.\n']);
  });

  it('shows one with its attempts, why it failed and what to do', async () => {
    const { status, stdout, stderr } = await posthorn.run(['deliveries', bad.deliveries[0] ?? '']);
    assert.equal(status, 0);
    assert.match(stdout, /^bad\.news {2}✗ exhausted after 1 attempt\n/);
    assert.match(stdout, /^1 {2}\S+ \S+ {2}✗ Connection refused /m);
    assert.match(stdout, /^ {2}What to do: .*Start the receiver/m);
    assert.match(stderr, new RegExp(`posthorn deliveries ${bad.deliveries[0]} --tenant acme --retry\n$`));
  });

  it('finds it by the id of its event', async () => {
    const { status, stdout } = await posthorn.run(['deliveries', bad.id]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^ {2}delivery +${bad.deliveries[0]}$`, 'm'));
  });

  it('finds it by the id of one of its calls, which the receiver has', async () => {
    const { attempts } = Object(await posthorn.api('GET', `/v1/tenants/acme/deliveries/${good}`));
    const [{ id: call }] = attempts;
    const { status, stdout } = await posthorn.run(['deliveries', call]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^ {2}delivery +${good}$`, 'm'));
    const listed = await posthorn.run(['deliveries', '--attempt', call]);
    assert.match(listed.stdout, new RegExp(`^${good} `, 'm'));
    const unknown = await posthorn.run(['deliveries', UNKNOWN]);
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, new RegExp(`^posthorn: The tenant acme has no delivery ${UNKNOWN}`));
  });

  it('makes one more attempt when told to', async () => {
    const { status, stdout } = await posthorn.run(['deliveries', good, '--retry']);
    assert.deepEqual([status, stdout], [0, 'One more attempt is on its way.\n']);
    for (;;) {
      const { stdout: shown } = await posthorn.run(['deliveries', good]);
      if (/^2 .*✓ Delivered \(200, manual\)/m.test(shown)) break;
    }
  });

  it('ends with status 1 and a sentence when there is no such thing', async () => {
    const gone = await posthorn.run(['deliveries', UNKNOWN, '--tenant', 'acme', '--retry']);
    assert.deepEqual([gone.status, gone.stderr], [1, `posthorn: The tenant acme has no delivery ${UNKNOWN}.\n`]);
    const nobody = await posthorn.run(['deliveries', '--tenant', 'acmee']);
    assert.deepEqual([nobody.status, nobody.stderr], [1, 'posthorn: There is no tenant acmee; did you mean acme?\n']);
  });
});

describe('posthorn endpoints', () => {
  it('lists them', async () => {
    const { status, stdout } = await posthorn.run(['endpoints', '--tenant', 'acme']);
    assert.equal(status, 0);
    assert.match(stdout, /^ID +STATE +OK +PENDING +ENDPOINT +WANTS/);
    assert.match(
      stdout,
      new RegExp(`^${endpoint} {2}✓ enabled +\\S+( %)? +0 {2}127\\.0\\.0\\.1:\\d+/hook +.*order\\.\\*`, 'm'),
    );
  });

  it('shows one', async () => {
    const { stdout } = await posthorn.run(['endpoints', endpoint, '--span', 'hour']);
    assert.match(stdout, /^https:\/\/\S+\/hook {2}✓ enabled\n/);
    assert.match(stdout, /^ {2}description +Orders$/m);
    assert.match(stdout, /^ {2}retries +after 10 s, 20 s$/m);
    assert.match(stdout, /^ {2}last hour +\d+ attempts, 0 failed$/m);
    assert.match(stdout, /^ {2}pending +0$/m);
  });

  it('names the list of what failed for good, and none for what is made again', async () => {
    const url = 'https://127.0.0.1:1/later';
    const settings = { url, eventTypes: ['later.*'], scheduleMs: [3_600_000] };
    const later = String(Object(await posthorn.api('POST', '/v1/tenants/acme/endpoints', settings)).id);
    await posthorn.event('acme', 'later.news');
    /** The text beside an endpoint that has failed: statistics come a moment after the attempt. */
    const said = async (id: string): Promise<string> => {
      for (;;) {
        const { stdout, stderr } = await posthorn.run(['endpoints', id, '--span', 'hour']);
        if (/, [1-9]\d* failed$/m.test(stdout)) return stderr;
      }
    };
    assert.match(
      await said(refused),
      /^To see failures: posthorn deliveries --tenant acme --endpoint \S+ --state exhausted$/m,
    );
    assert.equal(await said(later), '');
  });

  it('switches one off and on', async () => {
    assert.match(
      (await posthorn.run(['endpoints', endpoint, '--disable'])).stdout,
      /\/hook is disabled: its deliveries are paused\.$/m,
    );
    assert.match((await posthorn.run(['endpoints', endpoint])).stdout, /– disabled/);
    assert.match((await posthorn.run(['endpoints', endpoint, '--enable'])).stdout, /\/hook is enabled: /);
  });

  it('tries one: status 0 when it takes the sample, 1 when it does not', async () => {
    const taken = await posthorn.run(['endpoints', endpoint, '--test']);
    assert.equal(taken.status, 0);
    assert.match(taken.stdout, /^✓ Delivered {2}200 {2}\d+ ms\n$/);
    const failed = await posthorn.run(['endpoints', refused, '--test']);
    assert.equal(failed.status, 1);
    assert.match(failed.stdout, /^✗ Connection refused\n/);
  });

  it('makes one, and shows its secret', async () => {
    await posthorn.api('PUT', '/v1/tenants/airline');
    const { status, stdout } = await posthorn.run([
      ...['endpoints', '--tenant', 'airline', '--create', 'https://127.0.0.1:1/new'],
      ...['--types', 'user.*,order.paid', '--description', 'New'],
    ]);
    assert.equal(status, 0);
    const [, id, secret] =
      /^created {2}endpoint (\S+) {2}https:\/\/127\.0\.0\.1:1\/new\n {2}secret (\S+)\n$/.exec(stdout) ?? [];
    const shown = Object(await posthorn.api('GET', `/v1/tenants/airline/endpoints/${id}`));
    assert.deepEqual([shown.eventTypes, shown.description], [['user.*', 'order.paid'], 'New']);
    assert.equal(Object(await posthorn.api('GET', `/v1/tenants/airline/endpoints/${id}/secret`)).secret, secret);
    for (const [url, advice] of [
      ['http://receiver.example/', /^posthorn: url: The URL must start with https:\/\/\. .*POSTHORN_ALLOW_HTTP/],
      ['https://10.0.0.1/', /^posthorn: url: .*POSTHORN_ALLOW_NETWORKS/],
    ] as const) {
      const wrong = await posthorn.run(['endpoints', '--tenant', 'airline', '--create', url]);
      assert.equal(wrong.status, 1);
      assert.match(wrong.stderr, advice);
    }
  });

  it('asks which tenant when there are several', async () => {
    const { status, stderr } = await posthorn.run(['endpoints']);
    assert.equal(status, 2);
    assert.match(stderr, /^posthorn: Say which tenant with --tenant <id>: there are acme, airline\.$/m);
  });
});

describe('posthorn tail', () => {
  it('shows attempts as they happen, and ends with status 0 at Ctrl-C', async () => {
    const tail = posthorn.begin(['tail', '--tenant', 'acme']);
    await tail.output(/Waiting for attempts/);
    await posthorn.event('acme', 'order.paid');
    await tail.output(/acme {2}127\.0\.0\.1:\d+\/hook {2}order\.paid +#1 {2}✓ Delivered +\d+ ms {2}200\n/);
    await posthorn.event('acme', 'bad.news');
    await tail.output(/127\.0\.0\.1:1\/nobody +bad\.news +#1 {2}✗ Connection refused +\d+ ms {2}exhausted\n/);
    assert.equal((await tail.stop('SIGINT')).status, 0);
  });

  it('goes on when the service has been started again, and says what it cannot know', async () => {
    const tail = posthorn.begin(['tail', '--failures', '--json']);
    await tail.output(/Waiting for attempts/);
    await posthorn.service.stop();
    await tail.output(/The connection is gone/);
    await posthorn.serveAgain();
    await tail.output(/Connected again\./);
    await tail.output(
      /are not known here any more: posthorn deliveries --since \S+Z lists the deliveries made since, not/,
    );
    await posthorn.event('acme', 'order.paid');
    await posthorn.event('acme', 'bad.news');
    await tail.output(/"outcome":"connect_refused"/);
    const lines = tail.stdout.trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).eventType),
      ['bad.news'],
    );
    assert.equal((await tail.stop('SIGINT')).status, 0);
  });

  it('names the last moment that it knows of, not the one when it noticed, for whom it was asked', async () => {
    const tail = posthorn.begin(['tail', '--tenant', 'acme', '--endpoint', endpoint, '--json']);
    await tail.output(/Waiting for attempts/);
    await posthorn.event('acme', 'order.paid');
    const [line] = await tail.output(/^\{.*"outcome":"succeeded".*\}$/m);
    const { startedAt, durationMs } = JSON.parse(line);
    const since = new Date(Date.parse(startedAt) + durationMs).toISOString();
    await posthorn.service.stop();
    await posthorn.serveAgain();
    const [, command = ''] = await tail.output(/not known here any more: posthorn (.*?) lists /);
    assert.equal(command, `deliveries --tenant acme --endpoint ${endpoint} --since ${since}`);
    assert.equal((await posthorn.run(command.split(' '))).status, 0);
    assert.equal((await tail.stop('SIGINT')).status, 0);
  });

  it('ends when nobody reads any more', async () => {
    const tail = posthorn.begin(['tail']);
    await tail.output(/Waiting for attempts/);
    tail.child.stdout?.destroy();
    await posthorn.event('acme', 'order.paid');
    assert.equal((await tail.ended).status, 0);
  });

  it('ends with status 1 when the key is wrong or nobody is there', async () => {
    const wrong = await posthorn.run(['tail'], { environment: { POSTHORN_API_KEY: 'wrong-key' } });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /^posthorn: The Posthorn at \S+ does not know this API key/);
    const nobody = await posthorn.run(['tail'], { environment: { POSTHORN_URL: 'http://127.0.0.1:1' } });
    assert.equal(nobody.status, 1);
    assert.match(nobody.stderr, /^posthorn: No Posthorn answers at http:\/\/127\.0\.0\.1:1 /);
  });
});
