// Programs that give in to one hostile receiver each: the build with one place made wrong.

import type { Defect } from '../support/mutants.ts';
import type { Edit } from '../support/program.ts';

export interface Mutant extends Defect {
  readonly edit: Edit;
  /** The behaviours that must be noticed to get away with something; the others are left out. */
  readonly only: RegExp;
}

const edit = (file: string, from: string, to: string): Edit => ({ file: `adapters/sender/${file}`, from, to });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'connecting has two seconds more',
    edit: edit('connector.js', 'new Deadline(limitMs, this)', 'new Deadline(limitMs + 2_000, this)'),
    only: /accepts and says nothing$|never accepts/,
    noticed: /long after its limit/,
  },
  {
    name: 'a reply that has begun has more time',
    edit: edit(
      'call.js',
      'expired() {\n',
      'expired() {\n        if (this.#reader?.answered) return void (this.#clock = new Deadline(this.#call.replyTimeoutMs, this));\n',
    ),
    only: /body: drips$/,
    noticed: /in vain|long after its limit/,
  },
  {
    name: 'certificates are not checked',
    edit: edit('handshake.js', 'rejectUnauthorized: true', 'rejectUnauthorized: false'),
    only: /certificate: (has expired|is self-signed|is from)/,
    noticed: /a call was succeeded|was sent \d+ bytes/,
  },
  {
    name: 'a certificate may be for any host',
    edit: edit('handshake.js', '=> proveIdentity(host, certificate)', '=> undefined'),
    only: /certificate: is for another host/,
    noticed: /a call was succeeded/,
  },
  {
    name: 'one good address is enough',
    edit: edit('guard.js', 'addresses.every(', 'addresses.some('),
    only: /leads outside and inside/,
    // The other address refuses, is silent or out of reach, as the network of the machine has it.
    noticed: /a call was (connect_refused|connect_timeout|unreachable)/,
  },
  {
    name: 'there is no limit to what comes over the wire',
    edit: edit('http/response-reader.js', 'MAX_RESPONSE_BYTES = 65_536', 'MAX_RESPONSE_BYTES = 2 ** 40'),
    only: /102 without an end, fast|extension never ends/,
    noticed: /a call (was reply_timeout|took)/,
  },
  {
    name: 'a body that breaks is a failure',
    edit: edit(
      'call.js',
      'if (this.#reader?.decided === true) {\n            this.#judge',
      'if (false) {\n            this.#judge',
    ),
    only: /body: (ends early|is reset) \(200\)/,
    noticed: /a call was (connection_reset|protocol_error)/,
  },
  {
    name: 'a call on a broken kept connection is not repeated',
    edit: edit('call.js', 'else if (served && this.#reader?.answered !== true && isClosed(error))', 'else if (false)'),
    only: /closed by the next call|reset by the next call/,
    noticed: /a call was connection_reset/,
  },
  {
    name: 'the first interim response is taken for the answer',
    edit: edit('http/response-reader.js', 'if (statusLine.status < 200) {', 'if (false) {'),
    only: /status line: 100, 102 and 103 before 200/,
    noticed: /a call was http_status with the status 100/,
  },
  {
    name: 'of several lengths the first one holds',
    edit: edit('http/framing.js', 'others.every((value) => value === first)', 'true'),
    only: /headers: give two lengths/,
    noticed: /a call was succeeded/,
  },
  {
    name: 'what a header value holds is not looked at',
    edit: edit('http/response-head.js', 'if (NOT_IN_A_VALUE.test(line))', 'if (false)'),
    only: /headers: hold (NUL|a bare CR)/,
    noticed: /a call was succeeded/,
  },
  {
    name: 'an error of the connection is taken for its end',
    edit: edit('http-connection.js', '(error) => this.#fail(error)', '() => this.#fail({ code: CLOSED })'),
    only: /TLS handshake: wants a client certificate \(TLS 1\.3\)/,
    noticed: /a call was connection_reset/,
  },
  {
    name: 'an address that says nothing has all the time',
    edit: edit('race.js', 'headStart(leftMs, this.#waiting.length)', '60_000'),
    only: /one of two addresses: accepts and says nothing/,
    noticed: /a call (was connect_timeout|took)/,
  },
  {
    name: 'an address that fails is the last one tried',
    edit: edit('race.js', 'this.failures.push(failure);', 'this.failures.push(failure); this.#waiting = [];'),
    only: /one of two addresses: (refuses|accepts and closes|has a certificate that has expired)/,
    noticed: /a call was (connect_refused|connection_reset|tls_error)/,
  },
];
