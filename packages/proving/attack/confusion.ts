// Bytes on the wire that are meant to confuse: requests inside of requests, two lengths, two keys, targets for proxies, bodies
// packed or without end. Each is answered once, in good order, or cut off; what was smuggled is never done.
import { deflateSync, gzipSync } from 'node:zlib';
import type { Judge } from './judge.ts';
import { OTHER, OWN, type Scene } from './scene.ts';
import { talk } from './wire.ts';

interface Confusion {
  readonly what: string;
  readonly bytes: Buffer;
  /** Any of these is fine for the first answer; `cut` is a connection that is closed without one. */
  readonly expected: readonly (number | 'cut')[];
  /** How many answers at most. */
  readonly most: number;
  /** As many answers as that, and no fewer. */
  readonly all?: boolean;
}

/** This tenant would exist if a smuggled request had been carried out. */
const SMUGGLED = 'smuggled';
/** Nothing more is coming. */
const QUIET_MS = 400;
const REFUSED = [400, 'cut'] as const;

function confusions(scene: Scene): Confusion[] {
  const { text: key } = scene.canaries.apiKey;
  const host = `host: 127.0.0.1:${scene.service.port}`;
  const authorized = `${host}\r\nauthorization: Bearer ${key}`;
  const inner = `PUT /v1/tenants/${SMUGGLED} HTTP/1.1\r\n${authorized}\r\ncontent-length: 0\r\n\r\n`;
  const event = '{"type":"order.paid","payload":{"a":1}}';
  const post = `POST /v1/tenants/${OWN}/events HTTP/1.1\r\n${authorized}\r\ncontent-type: application/json`;
  const row = (what: string, text: string | Buffer, expected: Confusion['expected'], most = 1): Confusion => ({
    what,
    bytes: typeof text === 'string' ? Buffer.from(text, 'latin1') : text,
    expected,
    most,
  });
  const withBody = (what: string, lines: readonly string[], body: string, expected: Confusion['expected']) =>
    row(what, `${post}\r\n${lines.join('\r\n')}\r\n\r\n${body}`, expected);
  const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  const get = (
    what: string,
    target: string,
    expected: Confusion['expected'],
    lines: readonly string[] = [authorized],
  ) => row(what, `GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, expected);
  const packed = (name: string, bytes: Buffer) =>
    row(
      `a body packed with ${name}`,
      Buffer.concat([
        Buffer.from(`${post}\r\ncontent-encoding: ${name}\r\ncontent-length: ${bytes.length}\r\n\r\n`),
        bytes,
      ]),
      [415],
    );
  const bomb = Buffer.alloc(20_000_000, ' ');
  return [
    withBody(
      'CL.TE',
      [`content-length: ${inner.length + 5}`, 'transfer-encoding: chunked'],
      `0\r\n\r\n${inner}`,
      REFUSED,
    ),
    withBody('TE.CL', ['transfer-encoding: chunked', 'content-length: 4'], `${chunked(inner)}`, REFUSED),
    ...[
      'transfer-encoding: xchunked',
      'transfer-encoding: chunked, identity',
      'transfer-encoding: identity',
      'transfer-encoding: chunked\r\ntransfer-encoding: x',
      'transfer-encoding : chunked',
      'transfer-encoding:\x0bchunked',
      'transfer-encoding: chunked\x00',
      'transfer-encoding\r\n : chunked',
    ].map((line) =>
      withBody(`TE obscured (${JSON.stringify(line)})`, [line, 'content-length: 6'], `0\r\n\r\n${inner}`, REFUSED),
    ),
    ...['+6', '6, 6', '6 6', '-1', '0x6', '6e0', '9'.repeat(30), '', '٦'].map((length) =>
      withBody(`a length of ${JSON.stringify(length)}`, [`content-length: ${length}`], `      ${inner}`, REFUSED),
    ),
    withBody('two lengths', ['content-length: 0', `content-length: ${inner.length}`], inner, REFUSED),
    ...['g', '-1', '0x5', 'FFFFFFFFFFFFFFFFF', '5 5', ''].map((size) =>
      withBody(
        `a chunk of size ${JSON.stringify(size)}`,
        ['transfer-encoding: chunked'],
        `${size}\r\n${event}\r\n0\r\n\r\n`,
        [400, 413, 'cut'],
      ),
    ),
    withBody('bare line feeds between chunks', ['transfer-encoding: chunked'], `5\n{"a":\n0\n\n${inner}`, REFUSED),
    withBody(
      'a key in the trailer',
      ['transfer-encoding: chunked', 'trailer: authorization'],
      `${event.length.toString(16)}\r\n${event}\r\n0\r\nauthorization: Bearer x\r\n\r\n`,
      [202, 400],
    ),
    withBody(
      'a request inside of a body that is refused',
      ['content-encoding: br', `content-length: ${inner.length}`],
      inner,
      [415],
    ),
    withBody('a request inside of a body that is too large', [`content-length: ${2 ** 30}`], inner, [413]),
    row(
      'a request behind a request that ends the connection',
      `GET /healthz HTTP/1.1\r\n${host}\r\nconnection: close\r\n\r\n${inner}`,
      [200, 400],
      2,
    ),
    get('a whole URL as target', 'http://169.254.169.254/latest/', REFUSED),
    get('our own URL as target', `http://127.0.0.1:${scene.service.port}/healthz`, REFUSED),
    row('CONNECT', `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${authorized}\r\n\r\n`, [400, 404, 405, 'cut']),
    row('TRACE', `TRACE /v1/tenants HTTP/1.1\r\n${authorized}\r\n\r\n`, [400, 404, 405]),
    row('a method of its own', `STEAL /v1/tenants HTTP/1.1\r\n${authorized}\r\n\r\n`, REFUSED),
    row('OPTIONS *', `OPTIONS * HTTP/1.1\r\n${authorized}\r\n\r\n`, REFUSED),
    row('HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', REFUSED),
    row(
      'an upgrade to HTTP/2',
      `GET /healthz HTTP/1.1\r\n${host}\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n`,
      [200, 400, 404],
    ),
    row(
      'an upgrade to a WebSocket',
      `GET /v1/tenants HTTP/1.1\r\n${authorized}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      [200, 400],
    ),
    row('TLS', Buffer.from('16030100c2010000be0303', 'hex'), REFUSED),
    row('HTTP/0.9', 'GET /v1/tenants\r\n\r\n', REFUSED),
    row('HTTP/9.9', `GET /v1/tenants HTTP/9.9\r\n${authorized}\r\n\r\n`, REFUSED),
    get('two hosts', '/v1/tenants', REFUSED, [authorized, 'host: evil.example']),
    get('the host of a web page', '/v1/tenants', [421], ['host: evil.example', `authorization: Bearer ${key}`]),
    get('an obscured host', '/healthz', [421, 400], ['host: localhost\u00ad.evil.example']),
    get('two keys, the first right', '/v1/tenants', [400], [authorized, 'authorization: Bearer wrong']),
    get(
      'two keys, the second right',
      '/v1/tenants',
      [400],
      [host, 'authorization: Bearer wrong', `Authorization: Bearer ${key}`],
    ),
    get('a folded key', '/v1/tenants', [400, 401, 'cut'], [host, `authorization: Bearer\r\n ${key}`]),
    get('a line end in the target', '/v1/tenants%0d%0ax-injected:%201', [404]),
    get('a bare line feed in the target', '/v1/tenants\nx-injected: 1', REFUSED),
    get('raw bytes in the target', '/v1/tenants/\xff\xfe\xc0\xaf', [400, 404]),
    get('a NUL in the target', '/v1/tenants/%00', [400, 404]),
    get('a target that climbs', `/v1/tenants/${OWN}/../${OTHER}/events`, [404]),
    get('a target that climbs, encoded', `/v1/tenants/${OWN}/%2e%2e/${OTHER}/events`, [404]),
    get('a target that climbs, encoded wholly', `/v1/tenants/${OWN}%2f..%2f${OTHER}/events`, [404]),
    get('a target with two slashes', `//v1//tenants/${OTHER}`, [404]),
    get('a target with matrix parameters', `/v1/tenants/${OWN};${OTHER}`, [404]),
    get('a file of the program', '/docs/static/../../../package.json', [404]),
    get('a file of the program, encoded', '/docs/static/%2e%2e%2f%2e%2e%2fpackage.json', [400, 403, 404]),
    get('a file of the machine', '/docs/static//etc/passwd', [404]),
    ...['%00', '%2e%2e', 'x'.repeat(5_000), '', '.', '%', '%ff', 'index.html%00.js', '..%5c..%5cpackage.json'].map(
      (name) =>
        get(
          `the file ${JSON.stringify(name.slice(0, 20))} of the reference`,
          `/docs/static/${name}`,
          [200, 302, 400, 404],
        ),
    ),
    get(
      'a strange part of a file',
      '/docs/static/swagger-ui.css',
      [200, 206, 404, 416],
      [host, 'range: bytes=9999999-'],
    ),
    get(
      'many parts of a file',
      '/docs/static/swagger-ui.css',
      [200, 206, 404, 416],
      [host, `range: bytes=${'0-,'.repeat(500)}0-`],
    ),
    get(
      'a file since never',
      '/docs/static/swagger-ui.css',
      [200, 404],
      [host, 'if-modified-since: never', 'if-none-match: x"y'],
    ),
    get('a target of 15 KB', `/v1/tenants/${'a'.repeat(15_000)}`, [404]),
    get('headers of 17 KB', '/healthz', [431, 'cut'], [host, `x: ${'x'.repeat(17_000)}`]),
    get(
      '3,000 headers',
      '/healthz',
      [431, 200, 'cut'],
      [host, ...Array.from({ length: 3_000 }, (_, index) => `a${index}:`)],
    ),
    withBody('a body nobody waits for', [`content-length: ${event.length}`, 'expect: 200-maybe'], event, [400, 417]),
    withBody('multipart', ['content-type: multipart/form-data; boundary=x', 'content-length: 2'], '{}', [400, 415]),
    row(
      'no type at all',
      `POST /v1/tenants/${OWN}/events HTTP/1.1\r\n${authorized}\r\ncontent-length: ${event.length}\r\n\r\n${event}`,
      [415],
    ),
    packed('gzip', gzipSync(bomb)),
    packed('deflate', deflateSync(bomb)),
    packed('x', Buffer.from(event)),
    { ...row('200 requests at once', `GET /healthz HTTP/1.1\r\n${host}\r\n\r\n`.repeat(200), [200], 200), all: true },
  ];
}

/** @returns how many were tried. @throws on the first that worked, or was not answered in order */
export async function confuse(scene: Scene, judge: Judge): Promise<number> {
  const rows = confusions(scene);
  await Promise.all(
    rows.map(async ({ what, bytes, expected, most, all = false }) => {
      const { answers, rest, closed } = await talk(scene.service.port, bytes, QUIET_MS).catch((error: unknown) => {
        throw new Error(`${what}: ${error}`);
      });
      if (answers.length > most) throw new Error(`${what}: ${answers.length} answers`);
      if (all && answers.length !== most) throw new Error(`${what}: only ${answers.length} answers`);
      if (rest !== '') throw new Error(`${what}: half an answer: ${rest}`);
      for (const answer of answers) {
        judge.look({ words: what }, answer);
        if (!expected.includes(answer.status)) {
          throw new Error(`${what}: ${answer.status} ${answer.body.toString('utf8').slice(0, 300)}`);
        }
      }
      if (answers.length === 0 && !(closed && expected.includes('cut'))) throw new Error(`${what}: no answer`);
    }),
  );
  const smuggled = await talk(scene.service.port, scene.request('GET', `/v1/tenants/${SMUGGLED}`), QUIET_MS);
  if (smuggled.answers[0]?.status !== 404) throw new Error('a smuggled request was carried out');
  return rows.length;
}
