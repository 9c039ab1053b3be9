// Bodies as large as they come: without end, a byte over the limit, and many at once that stay just below it and never end.
import { connect, type Socket } from 'node:net';
import { now } from '../../posthorn/tests/support/waiting.ts';
import type { Judge } from './judge.ts';
import { OWN, type Scene } from './scene.ts';
import { type Answer, Caller, cutAnswer, talk } from './wire.ts';

const KIB = 1_024;
/** As documented: an event's request, a batch, anything else. */
const LIMITS = [
  [`/v1/tenants/${OWN}/events`, 512 * KIB],
  [`/v1/tenants/${OWN}/events/batch`, 8_192 * KIB],
  [`/v1/tenants/${OWN}/endpoints`, 128 * KIB],
] as const;
const QUIET_MS = 1_500;
/** Bodies of almost 8 MiB at once: 800 MB, if all of them are taken in. */
const LEASED_BODIES = 100;
const LEASED_BYTES = 8_000 * KIB;
/** The same event type as often as it fits into a request: what takes the square of that would hold up everybody. */
const ALIKE = 30_000;
const ALIKE_LIMIT_MS = 3_000;
/** How long the held bodies are left to have their effect: all that can be sent is sent by then. */
const HOLD_MS = 3_000;

/** @returns how many floods were tried. @throws when one is not cut off */
export async function flood(scene: Scene, judge: Judge): Promise<number> {
  for (const [path, limit] of LIMITS) {
    const head = (framing: string) =>
      scene.request('POST', path, '', ['content-type: application/json', framing]).toString('latin1');
    const over = await talk(scene.service.port, head(`content-length: ${limit + 1}`) + ' '.repeat(64 * KIB), QUIET_MS);
    expect413(over.answers[0], `${limit + 1} bytes to ${path}`, judge);
    const chunk = `10000\r\n${' '.repeat(64 * KIB)}\r\n`;
    const endless = head('transfer-encoding: chunked') + chunk.repeat(Math.ceil(limit / (64 * KIB)) + 4);
    expect413((await talk(scene.service.port, endless, QUIET_MS)).answers[0], `chunks without end to ${path}`, judge);
  }
  await repeatOneself(scene, judge);
  await holdBodies(scene, judge);
  return LIMITS.length * 2 + 1 + LEASED_BODIES;
}

async function repeatOneself(scene: Scene, judge: Judge): Promise<void> {
  const words = `${ALIKE} times the same event type`;
  const path = `/v1/tenants/${OWN}/endpoints`;
  const body = JSON.stringify({ url: 'https://receiver.example/', eventTypes: Array(ALIKE).fill('a') });
  const caller = new Caller(scene.service.port);
  const began = now();
  const answer = await caller.ask(scene.request('POST', path, body));
  const ms = Math.round(now() - began);
  caller.close();
  if (answer?.status !== 422) throw new Error(`${words}: ${answer?.status}`);
  judge.look({ words }, answer);
  if (ms > ALIKE_LIMIT_MS) throw new Error(`${words} took ${ms} ms`);
}

function expect413(answer: Answer | undefined, words: string, judge: Judge): void {
  if (answer === undefined) throw new Error(`no answer to ${words}`);
  judge.look({ words }, answer);
  if (answer.status !== 413) throw new Error(`${words}: ${answer.status}`);
}

/** Answers to them meanwhile must be in order; the memory watch sees their cost. */
async function holdBodies(scene: Scene, judge: Judge): Promise<void> {
  const head = scene.request('POST', `/v1/tenants/${OWN}/events/batch`, '', [
    'content-type: application/json',
    `content-length: ${LEASED_BYTES + 1}`,
  ]);
  const body = Buffer.alloc(LEASED_BYTES, ' ');
  const sockets = Array.from({ length: LEASED_BODIES }, (): [Socket, Buffer[]] => {
    const socket = connect(scene.service.port, '127.0.0.1');
    const heard: Buffer[] = [];
    socket.on('error', () => {});
    socket.on('data', (chunk) => heard.push(chunk));
    socket.write(head);
    socket.write(body);
    return [socket, heard];
  });
  await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
  await scene.call('GET', '/healthz');
  for (const [socket, heard] of sockets) {
    socket.destroy();
    const cut = cutAnswer(Buffer.concat(heard));
    if (cut !== undefined) judge.look({ words: 'a body that is held' }, cut.answer);
  }
}
