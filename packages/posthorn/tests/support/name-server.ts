// A name server on loopback that answers from a script, or does not.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** The answer to a question: addresses (of which those of the asked family are sent), an error code, or nothing at all. */
export type NameAnswer =
  | {
      readonly addresses: readonly string[];
      readonly ttl?: number;
      /** The names through which the asked one leads to the addresses, each the alias of the next (CNAME). */
      readonly aliases?: readonly string[];
      readonly aliasTtl?: number;
      readonly afterMs?: number;
    }
  | { readonly code: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'FORMERR'; readonly afterMs?: number }
  | 'silence';

export interface NameServer extends AsyncDisposable {
  /** As `dns.setServers` takes it. */
  readonly address: string;
  /** Names asked for, in order, with the record type: `example.test A`. */
  readonly questions: readonly string[];
}

const TYPES = new Map([
  [1, 'A'],
  [2, 'NS'],
  [28, 'AAAA'],
]);
const CODES = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** The module that a service has to load first, so that it asks this name server. */
export function preloadFor({ address }: NameServer): string {
  return `${new URL('./own-name-server.ts', import.meta.url).href}?address=${address}`;
}

/** @param script gets the name and the record type */
export async function startNameServer(script: (name: string, type: string) => NameAnswer): Promise<NameServer> {
  const questions: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    questions.push(`${name} ${type}`);
    const answer = script(name, type);
    if (answer === 'silence') return;
    const send = () => socket.send(writeReply(query.subarray(0, end), type, answer), from.port, from.address);
    if (answer.afterMs === undefined) send();
    else timers.add(setTimeout(send, answer.afterMs));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer);
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readQuestion(query: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), type: TYPES.get(query.readUInt16BE(at + 1)) ?? 'other', end: at + 5 };
}

const CNAME = 5;
/** Where the question's name stands, as DNS points to it. */
const ASKED_NAME = Buffer.from([0xc0, 0x0c]);

function writeReply(question: Buffer, type: string, answer: Exclude<NameAnswer, 'silence'>): Buffer {
  const records = recordsOf(type, answer);
  const header = Buffer.from(question);
  header.writeUInt16BE(0x8180 | ('code' in answer ? CODES[answer.code] : 0), 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, ...records]);
}

function recordsOf(type: string, answer: Exclude<NameAnswer, 'silence'>): Buffer[] {
  if ('code' in answer || (type !== 'A' && type !== 'AAAA')) return [];
  const { addresses, ttl = 60, aliases = [], aliasTtl = ttl } = answer;
  const names = [ASKED_NAME, ...aliases.map(nameBytes)];
  const last = names.at(-1) ?? ASKED_NAME;
  return [
    ...aliases.map((alias, index) => writeRecord(names[index] ?? ASKED_NAME, CNAME, aliasTtl, nameBytes(alias))),
    ...addresses
      .filter((ip) => isIPv6(ip) === (type === 'AAAA'))
      .map((ip) => writeRecord(last, isIPv6(ip) ? 28 : 1, ttl, addressBytes(ip))),
  ];
}

function writeRecord(name: Buffer, type: number, ttl: number, data: Buffer): Buffer {
  const record = Buffer.alloc(10);
  record.writeUInt16BE(type, 0);
  record.writeUInt16BE(1, 2);
  record.writeUInt32BE(ttl, 4);
  record.writeUInt16BE(data.length, 8);
  return Buffer.concat([name, record, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.alloc(1)]);
}

/** IPv6 is to be written without embedded IPv4. */
function addressBytes(ip: string): Buffer {
  if (!isIPv6(ip)) return Buffer.from(ip.split('.').map(Number));
  const [head = [], tail = []] = ip.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
