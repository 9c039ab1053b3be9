import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createProgram } from '../../src/apps/cli/program.ts';
import { KeptTerminal } from '../support/kept-terminal.ts';
import { ownFolder, run } from './command.ts';
import { runHere } from './here.ts';

const cwd = ownFolder();
const latin1 = join(cwd, 'latin1.json');
writeFileSync(latin1, Buffer.from('{"a": "\xe9"}', 'latin1'));
// Nothing of the caller's settings, as for a process of the command.
for (const name of Object.keys(process.env)) if (name.startsWith('POSTHORN_')) delete process.env[name];

describe('the command line', () => {
  it('has help for the program and for every command, with examples', async () => {
    const { status, stdout } = await runHere(['--help']);
    assert.equal(status, 0);
    assert.match(stdout, /Examples:/);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*\[options\]|^ {2}([a-z]+) +\S/gm)].map(
      (found) => found[1] ?? found[2] ?? '',
    );
    const names = createProgram(new KeptTerminal()).commands.map((command) => command.name());
    assert.ok(names.length >= 10);
    for (const command of names) assert.ok(commands.includes(command), command);
    for (const command of names) {
      const help = await runHere([command, '--help']);
      assert.equal(help.status, 0);
      assert.match(help.stdout, /Examples?:\n {2}\$ /, command);
    }
  });

  it('says its version', async () => {
    assert.match((await runHere(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  const wrong: readonly [what: string, parameters: readonly string[], says: RegExp][] = [
    ['an unknown command', ['sevre'], /unknown command 'sevre'\n\(Did you mean serve\?\)/],
    ['an unknown flag', ['serve', '--prot', '1'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['an argument too many', ['serve', 'now'], /too many arguments/],
    ['no command', [], /Usage: posthorn/],
    ['a bad time', ['listen', '--delay', '2'], /It must be a time like 2s or 500ms/],
    ['a bad status', ['listen', '--status', '99'], /It must be a whole number, from 200 to 599/],
    ['an id cut short', ['deliveries', '0190163d'], /It must be a complete id, e\.g\. 0190163d-/],
    ['a moment that nobody knows', ['deliveries', '--since', 'soon'], /It must be a moment like 2h, 3d, 2026-11-23/],
    [
      'a span the wrong way round',
      ['deliveries', '--since', '2h', '--until', '3h'],
      /--since .* must be earlier than --until/,
    ],
    [
      'a replay of no time',
      ['replay', '--since', '2026-11-23', '--until', '2026-11-23'],
      /--since .* must be earlier than --until/,
    ],
    ['a state that there is not', ['deliveries', '--state', 'lost'], /Allowed choices are pending, succeeded/],
    ['a retry of nothing', ['deliveries', '--retry'], /--retry needs the id of a delivery/],
    ['two things at once', ['endpoints', '--test', '--enable'], /'--test' cannot be used with option '--enable'/],
    [
      'a pace for a replay that runs',
      ['replay', '--list', '--rate', '5'],
      /'--list' cannot be used with option '--rate <number>'/,
    ],
    ['a test of nothing', ['endpoints', '--test'], /Say which endpoint/],
    ['a bad subscription', ['endpoints', '--create', 'x', '--types', '**'], /prefixes that end with \.\*/],
    ['an address that is none', ['tail', '--url', 'posthorn'], /--url "posthorn" is not a URL/],
    ['a missing tenant', ['send', 'order.paid'], /required option '--tenant <id>'/],
    ['a payload that is not UTF-8', ['send', 'order.paid', latin1, '--tenant', 'a'], /is not JSON in UTF-8/],
    [
      'an empty payload',
      ['send', 'a', '/dev/null', '--tenant', 'a'],
      /from \/dev\/null is not JSON in UTF-8: it is empty/,
    ],
    ['a payload file that is not there', ['send', 'a', 'none.json', '--tenant', 'a'], /cannot be read from none.json/],
  ];
  for (const [what, parameters, says] of wrong) {
    it(`ends with status 2 and a sentence for ${what}`, async () => {
      const { status, stdout, stderr } = await runHere(parameters);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, says);
      if (parameters.length > 0) assert.match(stderr, /^posthorn: /);
      assert.doesNotMatch(stderr, / at .*\.js:\d/);
    });
  }
});

describe('the process of a command', { concurrency: true }, () => {
  it('has the exit status of its command line, and writes help to standard output and errors to standard error', async () => {
    const [help, version, wrong] = await Promise.all([
      run(['--help'], { cwd }),
      run(['--version'], { cwd }),
      run(['serve', '--prot', '1'], { cwd }),
    ]);
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /Examples:/);
    assert.deepEqual([version.status, version.stderr], [0, '']);
    assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /^posthorn: unknown option '--prot'\n\(Did you mean --port\?\)/);
  });

  it('ends with status 2 and a sentence for a payload that is no JSON', async () => {
    const { status, stdout, stderr } = await run(['send', 'order.paid', '--tenant', 'a'], { cwd, input: '{"a":' });
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^posthorn: The payload from standard input is not JSON in UTF-8/);
  });
});

describe('settings on the command line', { concurrency: true }, () => {
  it('stop the start when they are unknown or bad: all are named, with where they came from', async () => {
    writeFileSync(join(cwd, 'bad.json'), '{"retentionDay": 3}');
    const { status, stderr } = await run(['serve', '--config', 'bad.json', '--grace-ms', '30s'], {
      cwd,
      environment: { POSTHORN_PROT: '1', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    });
    assert.equal(status, 2);
    assert.match(stderr, /^posthorn: "retentionDay" \(bad\.json\) is no setting; did you mean retentionDays\?$/m);
    assert.match(stderr, /^posthorn: POSTHORN_PROT \(environment\) is no setting; did you mean POSTHORN_PORT\?$/m);
    assert.match(stderr, /^posthorn: --grace-ms "30s" must be a whole number of milliseconds, without a unit/m);
    assert.match(stderr, /^posthorn: NODE_TLS_REJECT_UNAUTHORIZED=0 /m);
  });

  it('are shown by config, secrets hidden, with where each came from', async () => {
    const environment = {
      POSTHORN_DATABASE_URL: 'postgres://u:hunter2@h/d',
      POSTHORN_API_KEY: 'hunter2hunter2hunter2',
    };
    const table = await run(['config', '--allow-http'], { cwd, environment });
    assert.equal(table.status, 0);
    assert.match(table.stdout, /^POSTHORN_DATABASE_URL +postgres:\/\/u:\*\*\*\*@h\/d +environment$/m);
    assert.match(table.stdout, /^POSTHORN_ALLOW_HTTP +true +flag$/m);
    const json = await run(['config', '--json'], { cwd, environment });
    assert.deepEqual(JSON.parse(json.stdout).apiKey, {
      value: '(hidden)',
      source: 'environment',
      name: 'POSTHORN_API_KEY',
    });
    assert.doesNotMatch(table.stdout + json.stdout, /hunter2/);
  });

  it('must name a settings file that is there', async () => {
    const { status, stderr } = await run(['config'], { cwd, environment: { POSTHORN_CONFIG: 'none.json' } });
    assert.equal(status, 2);
    assert.match(stderr, /the settings file "none\.json" cannot be read \(ENOENT\)/);
  });
});
