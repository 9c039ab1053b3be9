// Headers of endpoints as a way to write on somebody else's wire: whatever names and values are accepted, the call that goes
// out has them once, as they are, and nothing that they brought along; the contract's own headers are ours.
import fc from 'fast-check';
import { member } from '../../posthorn/tests/support/api-bench.ts';
import { Members, writeJson } from './json-text.ts';
import type { Judge } from './judge.ts';
import { endpointWith } from './races.ts';
import { OWN, problemOf, type Scene } from './scene.ts';
import { Caller } from './wire.ts';

const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t -~]*)$/;
/** Ours, and HTTP's: each exactly once, whatever the endpoint wants. */
const ONCE = [
  'host',
  'content-length',
  'content-type',
  'user-agent',
  'x-iadvize-delivery',
  'x-iadvize-correlationid',
  'x-iadvize-signature',
];

const names = fc.oneof(
  fc.constantFrom(...ONCE, 'connection', 'transfer-encoding', 'expect', 'te', 'upgrade', 'authorization', 'cookie'),
  fc.constantFrom(
    'X-Iadvize-Signature',
    'HOST',
    'Content-Length',
    'x-iadvize-',
    'a b',
    'a:b',
    'a\r\nb',
    'a\0',
    'é',
    '',
  ),
  fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/),
  fc.string({ maxLength: 12 }),
);
const values = fc.oneof(
  fc.constantFrom(
    'a\r\nx-injected: 1',
    'a\nx-injected: 1',
    'a\r\n\r\nPOST / HTTP/1.1',
    '\0',
    'é',
    '\u0100',
    ' a',
    'a ',
  ),
  fc.stringMatching(/^[!-~]{0,40}$/),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

export interface HeadOptions {
  readonly seed: number;
  readonly seconds: number;
}

/** @returns how many endpoints were accepted and called. @throws when a call's head is not as it must be */
export async function writeHeads(scene: Scene, judge: Judge, { seed, seconds }: HeadOptions): Promise<number> {
  const caller = new Caller(scene.service.port);
  let called = 0;
  const headers = fc.array(fc.tuple(names, values), { minLength: 1, maxLength: 3 });
  const property = fc.asyncProperty(headers, async (wanted) => {
    called += (await callOnce(scene, caller, judge, wanted)) ? 1 : 0;
  });
  const interruptAfterTimeLimit = seconds * 1_000;
  const run = await fc.check(property, { seed, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit });
  caller.close();
  if (run.errorInstance !== null && run.errorInstance !== undefined) throw run.errorInstance;
  if (called === 0) throw new Error('no headers were ever accepted: this tested nothing');
  return called;
}

type Wanted = readonly (readonly [name: string, value: string])[];

/** @returns whether the headers were accepted. @throws when they were, and the call is not as it must be */
async function callOnce(scene: Scene, caller: Caller, judge: Judge, wanted: Wanted): Promise<boolean> {
  const id = await endpointWith(scene, caller, judge, writeJson(new Members(wanted)));
  if (id === undefined) return false;
  const path = `/v1/tenants/${OWN}/endpoints/${id}`;
  const answer = await caller.ask(scene.request('POST', `${path}/test`));
  const shown = answer === undefined ? undefined : problemOf(answer);
  if (member(shown, 'attempt', 'outcome') !== 'succeeded') throw new Error(`the call failed: ${JSON.stringify(shown)}`);
  const delivery = String(member(shown, 'attempt', 'id'));
  const received = scene.receiver.requests.findLast(({ head }) => head.includes(delivery));
  checkHead(received?.head ?? '', wanted);
  await caller.ask(scene.request('DELETE', path));
  return true;
}

function checkHead(head: string, wanted: Wanted): void {
  const [, ...lines] = head.split('\r\n');
  const got = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`a line that is no header went out: ${head}`);
    got.set(name.toLowerCase(), [...(got.get(name.toLowerCase()) ?? []), value]);
  }
  for (const name of ONCE)
    if (got.get(name)?.length !== 1) throw new Error(`not exactly one ${name} went out: ${head}`);
  for (const [name, value] of wanted) {
    const sent = got.get(name.toLowerCase()) ?? [];
    if (sent.length !== 1 || sent[0] !== value) throw new Error(`${name} went out as ${JSON.stringify(sent)}: ${head}`);
  }
  const allowed = new Set([...ONCE, 'connection', 'accept', ...wanted.map(([name]) => name.toLowerCase())]);
  for (const name of got.keys())
    if (!allowed.has(name)) throw new Error(`${name} went out, which nobody wanted: ${head}`);
}
