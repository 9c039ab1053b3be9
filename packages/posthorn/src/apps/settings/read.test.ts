import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeApiKey } from './api-key.ts';
import { readSettings, SettingsError, type SettingsSources } from './read.ts';
import { settingsJson, settingsTable } from './show.ts';
import { SETTING_NAMES, SETTINGS } from './table.ts';

const nothing: SettingsSources = { flags: {}, environment: {}, file: undefined };
const file = (content: unknown) => ({
  path: 'posthorn.json',
  text: typeof content === 'string' ? content : JSON.stringify(content),
});
const environment = (variables: Record<string, string>) => ({ ...nothing, environment: variables });

function problemsOf(sources: SettingsSources): readonly string[] {
  try {
    readSettings(sources);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('are the documented defaults when nobody says anything', () => {
    assert.deepEqual(readSettings(nothing).values, {
      host: '127.0.0.1',
      port: 4400,
      publicUrl: undefined,
      data: './data',
      databaseUrl: undefined,
      apiKey: undefined,
      encryptionKey: undefined,
      allowNetworks: [],
      denyNetworks: [],
      allowHttp: false,
      extraCa: undefined,
      headerPrefix: 'x-iadvize-',
      headerDelivery: undefined,
      headerCorrelationId: undefined,
      headerSignature: undefined,
      userAgent: undefined,
      allowShortSecrets: false,
      retentionDays: 30,
      endpointConcurrency: 16,
      graceMs: 25_000,
      traceCalls: false,
      logLevel: 'info',
    });
  });

  it('take flags over environment over file over defaults, and know where each came from', () => {
    const { values, origins } = readSettings({
      flags: { port: '1' },
      environment: { POSTHORN_PORT: '2', POSTHORN_HOST: '::1' },
      file: file({ port: 3, host: '0.0.0.0', retentionDays: 7 }),
    });
    assert.deepEqual([values.port, origins.port], [1, { source: 'flag', name: '--port' }]);
    assert.deepEqual([values.host, origins.host], ['::1', { source: 'environment', name: 'POSTHORN_HOST' }]);
    assert.deepEqual([values.retentionDays, origins.retentionDays], [7, { source: 'file', name: 'posthorn.json' }]);
    assert.equal(origins.graceMs.source, 'default');
  });

  it('take lists, numbers and booleans of the file as JSON has them', () => {
    const { values } = readSettings({
      ...nothing,
      file: file({ allowNetworks: ['127.0.0.0/8', 'fd00::/8'], allowHttp: true, port: 0 }),
    });
    assert.deepEqual([values.allowNetworks.length, values.allowHttp, values.port], [2, true, 0]);
  });

  const refusals: readonly [what: string, sources: SettingsSources, says: RegExp][] = [
    [
      'an unknown variable',
      environment({ POSTHORN_PROT: '1' }),
      /^POSTHORN_PROT \(environment\) is no setting; did you mean POSTHORN_PORT\?$/,
    ],
    [
      'an unknown variable like no other',
      environment({ POSTHORN_ZZZZZZ: '1' }),
      /^POSTHORN_ZZZZZZ \(environment\) is no setting$/,
    ],
    [
      'an unknown key of the file',
      { ...nothing, file: file({ databaseurl: 'x' }) },
      /^"databaseurl" \(posthorn.json\) is no setting; did you mean databaseUrl\?$/,
    ],
    [
      'a port out of range',
      environment({ POSTHORN_PORT: '65536' }),
      /^POSTHORN_PORT="65536" \(environment\) must be a whole number, from 0 to 65535$/,
    ],
    ['a negative port', { ...nothing, flags: { port: '-1' } }, /^--port "-1" must be a whole number/],
    ['a port with spaces', { ...nothing, flags: { port: ' 80' } }, /must be a whole number/],
    [
      'a port in scientific notation',
      { ...nothing, file: file({ port: 1e21 }) },
      /^"port": "1e\+21" \(posthorn.json\) must be a whole number/,
    ],
    [
      'a unit',
      environment({ POSTHORN_GRACE_MS: '30s' }),
      /must be a whole number of milliseconds, without a unit, from 0 to 600000$/,
    ],
    [
      'an empty value',
      environment({ POSTHORN_HOST: '' }),
      /^POSTHORN_HOST="" \(environment\) is empty: give it a value or leave it out$/,
    ],
    ['yes for true', environment({ POSTHORN_TRACE_CALLS: 'yes' }), /must be true or false$/],
    ['a word for plain HTTP', environment({ POSTHORN_ALLOW_HTTP: 'yes' }), /must be false, networks .* or true/],
    ['a URL as the host', environment({ POSTHORN_HOST: 'http://localhost' }), /must be an IP address or a host name/],
    ['half an address as the host', environment({ POSTHORN_HOST: '127.0.1' }), /must be an IP address or a host name/],
    ['another database', environment({ POSTHORN_DATABASE_URL: 'mysql://u:hunter2@h/d' }), /must be a Postgres URL/],
    [
      'a short encryption key',
      environment({ POSTHORN_ENCRYPTION_KEY: 'hunter2' }),
      /must be 32 random bytes in base64 or hexadecimal/,
    ],
    ['a short API key', environment({ POSTHORN_API_KEY: 'hunter2' }), /must be 16 to 256 visible ASCII characters/],
    [
      'a header prefix that HTTP would not take',
      environment({ POSTHORN_HEADER_PREFIX: 'X Acme' }),
      /must be up to 40 of a-z/,
    ],
    ['an unknown log level', environment({ POSTHORN_LOG_LEVEL: 'loud' }), /must be one of error, warn, info, debug$/],
    [
      'a nested value in the file',
      { ...nothing, file: file({ port: { a: 1 } }) },
      /^"port" \(posthorn.json\) must be a text/,
    ],
    ['null in the file', { ...nothing, file: file({ data: null }) }, /must be a text/],
    ['a file that is a list', { ...nothing, file: file([]) }, /must hold one JSON object/],
    [
      'a file that is not JSON, without quoting it',
      { ...nothing, file: file('{"apiKey": hunter2}') },
      /^posthorn.json is not valid JSON/,
    ],
    [
      'certificate checks switched off',
      environment({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
      /^NODE_TLS_REJECT_UNAUTHORIZED=0 .* POSTHORN_EXTRA_CA$/,
    ],
  ];
  for (const [what, sources, says] of refusals) {
    it(`refuse ${what}`, () => {
      const problems = problemsOf(sources);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', says);
      assert.doesNotMatch(problems[0] ?? '', /hunter2/);
    });
  }

  it('name every problem at once, also one that a flag overrides', () => {
    const problems = problemsOf({
      flags: { port: '80' },
      environment: { POSTHORN_PORT: 'x', POSTHORN_HOTS: 'y' },
      file: file({ retentionDays: 0 }),
    });
    assert.equal(problems.length, 3, problems.join('\n'));
  });

  it('leave alone what Kubernetes puts beside a service named posthorn', () => {
    const { values } = readSettings(
      environment({
        POSTHORN_PORT: 'tcp://10.0.0.1:4400',
        POSTHORN_SERVICE_HOST: '10.0.0.1',
        POSTHORN_SERVICE_PORT_HTTP: '4400',
        POSTHORN_PORT_4400_TCP_ADDR: '10.0.0.1',
      }),
    );
    assert.equal(values.port, 4400);
  });

  it('have a default that their own reader takes', () => {
    for (const name of SETTING_NAMES) {
      const { fallback, read } = SETTINGS[name];
      if (fallback === undefined || Array.isArray(fallback)) continue;
      assert.deepEqual(read(String(fallback)), { ok: true, value: fallback }, name);
    }
  });
});

describe('settings, shown', () => {
  const secret = makeApiKey(new Uint8Array(32).fill(7));
  const inForce = readSettings(
    environment({
      POSTHORN_API_KEY: secret,
      POSTHORN_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'),
      POSTHORN_DATABASE_URL: 'postgres://posthorn:hunter2@db.example/posthorn?sslmode=require&sslpassword=hunter3',
      POSTHORN_PORT: '81',
    }),
  );

  it('say where each value came from', () => {
    const lines = settingsTable(inForce);
    assert.match(lines.join('\n'), /^POSTHORN_PORT +81 +environment$/m);
    assert.match(lines.join('\n'), /^POSTHORN_DATA +\.\/data +default$/m);
    assert.match(lines.join('\n'), /^POSTHORN_ALLOW_NETWORKS +none: public addresses only +default$/m);
    assert.deepEqual(settingsJson(inForce)['port'], { value: 81, source: 'environment', name: 'POSTHORN_PORT' });
  });

  it('hide secrets, and passwords inside the database URL', () => {
    const text = settingsTable(inForce).join('\n') + JSON.stringify(settingsJson(inForce));
    assert.match(text, /postgres:\/\/posthorn:\*\*\*\*@db\.example\/posthorn\?sslmode=require&sslpassword=\*\*\*\*/);
    for (const hidden of [secret, 'hunter', Buffer.alloc(32, 9).toString('base64'), '9,9,9']) {
      assert.ok(!text.includes(hidden), hidden);
    }
  });
});
