// docs/api.md is kept true: its commands are run, in their order, and its table of problems is compared with the code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Answer, ApiBench, KEY, type Method, member } from '../../../tests/support/api-bench.ts';
import { PROBLEM_KINDS } from './problems.ts';

const PAGE = readFileSync(new URL('../../../../../docs/api.md', import.meta.url), 'utf8');
const COMMANDS = [...PAGE.matchAll(/```sh\n(.*?)```/gs)].map(([, command = '']) =>
  command.replaceAll('\\\n', ' ').trim(),
);

/** The words of a command, as a shell would part them; variables are filled in except between single quotes. */
function words(command: string, variables: ReadonlyMap<string, string>): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, literal, quoted, bare]) => {
    if (literal !== undefined) return literal;
    return (quoted ?? bare ?? '').replace(/\$(\w+)/g, (_, name: string) => {
      const value = variables.get(name);
      assert.ok(value !== undefined, `${command}: $${name} is not known by then`);
      return value;
    });
  });
}

async function run(bench: ApiBench, command: string, variables: ReadonlyMap<string, string>): Promise<Answer> {
  const [curl, ...rest] = words(command, variables);
  assert.equal(curl, 'curl');
  let method: Method | undefined;
  let url = '';
  let body: string | undefined;
  const headers: Record<string, string> = {};
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-X') method = rest.shift() as Method;
    else if (word === '-d') body = rest.shift();
    else if (word === '-G') method = 'GET';
    else if (word === '--data-urlencode') {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(rest.shift() ?? '') ?? [];
      url += `?${name}=${encodeURIComponent(value)}`;
    } else if (word === '-H') {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(rest.shift() ?? '') ?? [];
      headers[name.toLowerCase()] = value;
    } else {
      assert.ok(word.startsWith('http://posthorn/'), `${command}: ${word}`);
      url = word.slice('http://posthorn'.length);
    }
  }
  return await bench.request({ method: method ?? 'GET', url, headers, ...(body !== undefined && { payload: body }) });
}

describe('docs/api.md', () => {
  it('has commands that work, one after the other', async () => {
    await using bench = await ApiBench.open();
    const variables = new Map([
      ['POSTHORN_URL', 'http://posthorn'],
      ['POSTHORN_API_KEY', KEY],
    ]);
    assert.ok(COMMANDS.length >= 10);
    for (const command of COMMANDS) {
      const { status, body } = await run(bench, command, variables);
      assert.ok(status >= 200 && status < 300, `${command}\n${status} ${JSON.stringify(body)}`);
      if (member(body, 'secret') !== undefined) variables.set('ENDPOINT_ID', String(member(body, 'id')));
      const delivery = member(body, 'deliveries', 0, 'id');
      if (delivery !== undefined) variables.set('DELIVERY_ID', String(delivery));
      if (member(body, 'replayed') !== undefined) variables.set('REPLAY_ID', String(member(body, 'id')));
      const attempt = bench.calls.at(-1)?.headers.find(([name]) => name === 'x-iadvize-delivery');
      if (attempt !== undefined) variables.set('ATTEMPT_ID', attempt[1]);
    }
  });

  it('has every kind of problem, and no other', () => {
    const rows = [...PAGE.matchAll(/^\| (\d{3}) \| `([a-z-]+)` \|/gm)].map(([, status, kind]) => `${status} ${kind}`);
    const kinds = Object.entries(PROBLEM_KINDS).map(([kind, { status }]) => `${status} ${kind}`);
    assert.deepEqual(rows, kinds);
  });

  it('shows a problem as it is', async () => {
    await using bench = await ApiBench.open();
    await bench.tenant('acme');
    const [, shown = ''] = /```json\n(.*?)```/s.exec(PAGE) ?? [];
    const { body } = await bench.call('POST', '/v1/tenants/acme/endpoints', { url: 'receiver.example/hook' });
    assert.deepEqual(body, JSON.parse(shown));
  });
});
