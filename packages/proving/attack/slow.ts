// Slow clients: silent ones, heads and bodies a byte at a time. Each is cut off when its 10 s are over, whatever it still
// sends, and nobody else waits for them.
import { connect, type Socket } from 'node:net';
import { OWN, type Scene } from './scene.ts';
import { Caller } from './wire.ts';

/** Of each kind. */
const CLIENTS = 50;
/** Clients that say nothing at all. */
const SILENT_CLIENTS = 1_000;
const DRIP_MS = 500;
/** The limit, the second in which overdue requests are looked for, and what a busy machine takes. */
const CUT_BY_MS = 16_000;
const NOT_BEFORE_MS = 9_900;
/**
 * The median wait of everybody else meanwhile. They share this machine with the fuzzing, so it is far from what
 * they usually wait; but whoever had to wait for a slow client would wait ten seconds.
 */
const OTHERS_P50_MS = 1_000;
const ASK_EVERY_MS = 25;

type Kind = 'silent' | 'half a head' | 'a head that drips' | 'a body that drips' | 'a body that stops';

interface SlowClient {
  readonly kind: Kind;
  readonly ms: number;
  readonly heard: string;
}

function begin(scene: Scene, kind: Kind): Promise<SlowClient> {
  const began = performance.now();
  const socket: Socket = connect(scene.service.port, '127.0.0.1');
  socket.on('error', () => {});
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  const { text: key } = scene.canaries.apiKey;
  const head = `POST /v1/tenants/${OWN}/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
  if (kind === 'half a head') socket.write('POST /v1/ten');
  if (kind === 'a head that drips') socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ');
  if (kind.startsWith('a body')) socket.write(`${head}content-length: 1000\r\n\r\n{"type":`);
  const drip = kind.endsWith('drips') ? setInterval(() => socket.write('a'), DRIP_MS) : undefined;
  return new Promise((resolve) => {
    socket.on('close', () => {
      clearInterval(drip);
      resolve({ kind, ms: performance.now() - began, heard });
    });
  });
}

export interface SlowFigures {
  readonly clients: number;
  readonly firstCutMs: number;
  readonly lastCutMs: number;
  readonly othersP50Ms: number;
  readonly othersP99Ms: number;
}

/** @throws when one is not cut off in time, cut off too early, or when others had to wait */
export async function keepWaiting(scene: Scene): Promise<SlowFigures> {
  const kinds: Kind[] = ['half a head', 'a head that drips', 'a body that drips', 'a body that stops'];
  const clients = [
    ...Array.from({ length: SILENT_CLIENTS }, () => begin(scene, 'silent')),
    ...kinds.flatMap((kind) => Array.from({ length: CLIENTS }, () => begin(scene, kind))),
  ];
  const others: number[] = [];
  let over = false;
  const asking = askOthers(scene, others, () => over);
  const limit = setTimeout(() => {
    over = true;
  }, CUT_BY_MS);
  const ended = await Promise.race([Promise.all(clients), asking.then(() => undefined)]);
  over = true;
  clearTimeout(limit);
  await asking;
  if (ended === undefined) throw new Error(`slow clients are still connected after ${CUT_BY_MS} ms`);
  for (const { kind, ms, heard } of ended) {
    if (ms < NOT_BEFORE_MS) throw new Error(`${kind}: cut off after ${Math.round(ms)} ms already: ${heard}`);
    if (heard !== '' && !heard.startsWith('HTTP/1.1 408 ')) throw new Error(`${kind}: heard ${heard}`);
  }
  for (const kind of kinds) {
    // A connection that is reset because the client is still sending may take the last words along.
    const told = ended.filter((one) => one.kind === kind && one.heard !== '').length;
    if (told === 0) throw new Error(`${kind}: none of ${CLIENTS} was told why`);
  }
  const cuts = ended.map(({ ms }) => Math.round(ms)).sort((one, other) => one - other);
  others.sort((one, other) => one - other);
  const atPart = (part: number) => Math.round(others[Math.floor(others.length * part)] ?? 0);
  const [othersP50Ms, othersP99Ms] = [atPart(0.5), atPart(0.99)];
  if (othersP50Ms > OTHERS_P50_MS) throw new Error(`others waited ${othersP50Ms} ms (p50) beside slow clients`);
  return { clients: ended.length, firstCutMs: cuts[0] ?? 0, lastCutMs: cuts.at(-1) ?? 0, othersP50Ms, othersP99Ms };
}

/** Asks for something small again and again, and notes how long it took. */
async function askOthers(scene: Scene, took: number[], over: () => boolean): Promise<void> {
  const caller = new Caller(scene.service.port);
  while (!over()) {
    const began = performance.now();
    await caller.ask(scene.request('GET', '/v1/tenants?limit=1'));
    took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  caller.close();
}
