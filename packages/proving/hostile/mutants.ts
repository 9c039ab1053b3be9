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
    name: 'every piece of a reply gives it more time',
    edit: edit(
      'call.js',
      'const response = this.#response;\n        if (!this.#over && response?.add(chunk)',
      'this.#clock?.cancel(); this.#clock = new Deadline(this.#call.replyTimeoutMs, this);\n        const response = this.#response;\n        if (!this.#over && response?.add(chunk)',
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
    noticed: /a call was connect_refused/,
  },
  {
    name: 'there is no limit to what comes over the wire',
    edit: edit('line.js', 'const MAX_WIRE_BYTES = 524_288;', 'const MAX_WIRE_BYTES = 2 ** 40;'),
    only: /102 without an end, fast|extension never ends/,
    noticed: /a call (was reply_timeout|took)/,
  },
  {
    name: 'a body that breaks is a failure',
    edit: edit(
      'call.js',
      'if (this.#response !== undefined) {\n            this.#judge',
      'if (false) {\n            this.#judge',
    ),
    only: /body: (ends early|is reset) \(200\)/,
    noticed: /a call was (connection_reset|protocol_error)/,
  },
  {
    name: 'a call on a broken kept connection is not repeated',
    edit: edit('call.js', 'else if (served && !this.#answered && isClosed(error))', 'else if (false)'),
    only: /closed by the next call|reset by the next call/,
    noticed: /a call was connection_reset/,
  },
];
