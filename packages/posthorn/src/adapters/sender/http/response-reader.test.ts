import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_RESPONSE_BYTES, ResponseReader } from './response-reader.ts';

/** Pushes the pieces until there is no more to come. */
function read(pieces: readonly Buffer[], closes = false) {
  const reader = new ResponseReader();
  let progress = 'more';
  for (const piece of pieces) if (progress === 'more' && piece.length > 0) progress = reader.push(piece);
  if (closes && progress === 'more') progress = reader.end();
  const { keep, decided, breach, answered } = reader;
  return { progress, keep, decided, breach, answered, response: reader.take() };
}

/** Cut at these places, as far as there are so many bytes. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((to, index) => bytes.subarray(index === 0 ? 0 : at[index - 1], to));
}

const eol = fc.constantFrom('\r\n', '\n');
const blank = fc.constantFrom('', ' ', '\t', ' \t ');
const name = fc.stringMatching(/^x-[a-z!#$%&'*+.^_`|~0-9]{1,20}$/);
/** Words, which a sender may fold apart; the bytes are those of Latin-1. */
const word = fc.stringMatching(/^[!-~\xa1-\xff]{1,12}$/);
const header = fc
  .record({ name, words: fc.array(word, { maxLength: 4 }), before: blank, after: blank, folds: fc.boolean() })
  .map(({ name: given, words, before, after, folds }) => ({
    shown: [given, words.join(' ')] as [string, string],
    written: (end: string) => `${given}${before}:${after}${words.join(folds ? `${end} ` : ' ')}${before}${end}`,
  }));
const interim = fc.record({ status: fc.integer({ min: 100, max: 199 }).filter((one) => one !== 101), header });

const message = fc
  .record({
    interims: fc.array(interim, { maxLength: 3 }),
    status: fc.integer({ min: 200, max: 999 }).filter((one) => one !== 204 && one !== 304),
    reason: fc.constantFrom('', ' ', ' OK', ' Not  OK'),
    headers: fc.array(header, { maxLength: 6 }),
    body: fc.uint8Array({ maxLength: 300 }),
    framing: fc.constantFrom('length', 'chunks', 'rest'),
    chunkBytes: fc.integer({ min: 1, max: 40 }),
    end: eol,
  })
  .map(({ interims, status, reason, headers, body, framing, chunkBytes, end }) => {
    const parts: Buffer[] = [];
    const write = (text: string) => parts.push(Buffer.from(text, 'latin1'));
    for (const one of interims) write(`HTTP/1.1 ${one.status} x${end}${one.header.written(end)}${end}`);
    write(`HTTP/1.1 ${status}${reason}${end}${headers.map(({ written }) => written(end)).join('')}`);
    const last: [string, string][] = [];
    if (framing === 'length') last.push(['content-length', String(body.length)]);
    if (framing === 'chunks') last.push(['transfer-encoding', 'chunked']);
    write(`${last.map(([field, value]) => `${field}: ${value}${end}`).join('')}${end}`);
    if (framing === 'chunks') {
      for (let at = 0; at < body.length; at += chunkBytes) {
        const chunk = body.subarray(at, at + chunkBytes);
        write(`${chunk.length.toString(16)}\r\n`);
        parts.push(Buffer.from(chunk));
        write('\r\n');
      }
      write(`0\r\n\r\n`);
    } else parts.push(Buffer.from(body));
    const shown = [...headers.map((one) => one.shown), ...last];
    return { bytes: Buffer.concat(parts), closes: framing === 'rest', status, shown, body };
  });

describe('a response', () => {
  it('is read the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(message, fc.array(fc.nat(2_000), { maxLength: 40 }), (sent, places) => {
        const { progress, response } = read(cut(sent.bytes, places), sent.closes);
        assert.equal(progress, 'whole');
        assert.equal(response?.status, sent.status);
        assert.deepEqual(response.headers, sent.shown);
        assert.deepEqual(response.body, sent.body);
        assert.equal(response.truncated, false);
      }),
    );
  });

  it('of any bytes at all comes to the same end in whatever pieces they come', () => {
    const odd = fc.constantFrom(
      'HTTP/1.1 ',
      '200',
      '100',
      ' OK',
      '\r\n',
      '\n',
      '\r',
      'a: b',
      'content-length: ',
      '2',
      ',',
      ' ',
      '\0',
      ':',
      'transfer-encoding: chunked',
      ';',
      'xx',
    );
    const bytes = fc.array(odd, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200), { maxLength: 20 }), fc.boolean(), (sent, places, closes) => {
        const whole = read([sent], closes);
        const pieces = read(cut(sent, places), closes);
        // A surplus that comes in a piece of its own is for the connection to see.
        assert.deepEqual({ ...pieces, keep: true }, { ...whole, keep: true });
      }),
    );
  });

  it('of which nothing has come is not answered', () => {
    const reader = new ResponseReader();
    assert.equal(reader.answered, false);
    reader.push(Buffer.from('\r'));
    assert.equal(reader.answered, true);
    assert.equal(reader.take(), null);
  });
});

describe('the limit of a response', () => {
  const head = 'HTTP/1.1 200 OK\r\n\r\n';
  const upTo = (bytes: number) => Buffer.from(head.padEnd(bytes, 'x'));

  it('is counted over interim responses, headers and body', () => {
    const interimHead = 'HTTP/1.1 100 x\r\n\r\n';
    const rest = Buffer.from(head.padEnd(MAX_RESPONSE_BYTES - interimHead.length, 'x'));
    const whole = read([Buffer.from(interimHead), rest], true);
    assert.equal(whole.progress, 'whole');
    const over = read([Buffer.from(interimHead), rest, Buffer.from('x')], true);
    assert.equal(over.progress, 'cut');
    assert.equal(over.response?.truncated, true);
    assert.deepEqual(over.response.body, whole.response?.body);
    assert.equal(over.keep, false);
  });

  it('may fall anywhere into a piece', () => {
    for (const surplus of [1, 2, 100_000]) {
      const { progress, response } = read([upTo(MAX_RESPONSE_BYTES + surplus)], true);
      assert.equal(progress, 'cut');
      assert.equal(response?.body.length, MAX_RESPONSE_BYTES - head.length);
    }
    assert.equal(read([upTo(MAX_RESPONSE_BYTES)], true).progress, 'whole');
  });

  it('in the headers leaves the status and the headers that came whole', () => {
    const lines = 'x-a: b\r\n'.repeat(10_000);
    const { progress, response } = read([Buffer.from(`HTTP/1.1 503 x\r\n${lines}`)]);
    assert.equal(progress, 'cut');
    assert.equal(response?.status, 503);
    assert.equal(response.truncated, true);
    assert.ok(response.headers.length > 8_000);
    assert.ok(response.headers.every(([field, value]) => field === 'x-a' && value === 'b'));
  });

  it('before a final status leaves nothing', () => {
    for (const bytes of [
      'HTTP/1.1 100 x\r\n\r\n'.repeat(5_000),
      'HTTP/1.1 2'.padEnd(70_000, '0'),
      '\r\n'.repeat(40_000),
    ]) {
      const { progress, response, breach } = read([Buffer.from(bytes)]);
      assert.equal(progress, 'broken');
      assert.equal(response, null);
      assert.match(breach ?? '', /64 KiB came without a final status/);
    }
  });

  it('holds for a response in pieces of one byte, and costs no more than its bytes', () => {
    const line = Buffer.from('HTTP/1.1 200 OK\r\nx: '.padEnd(MAX_RESPONSE_BYTES + 1, 'y'));
    const reader = new ResponseReader();
    let pushed = 0;
    while (reader.push(line.subarray(pushed, pushed + 1)) === 'more') pushed += 1;
    assert.equal(pushed, MAX_RESPONSE_BYTES);
    assert.equal(reader.take()?.status, 200);
  });
});
