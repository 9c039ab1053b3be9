// The storage thread: opens the database, then makes the calls that arrive. Calls that arrived while it was busy share the
// next transaction.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { collectStartupGarbage } from '../startup-garbage.ts';
import { Database } from './database.ts';
import { errorFacts } from './errors.ts';
import { closeFile, openFile } from './file.ts';
import { type FromStorage, moved, packAnswer, type Reply, type ToStorage, unpackArgs } from './thread-messages.ts';

/** Calls per transaction: together they must not keep the next ones waiting for long. */
const MAX_CALLS = 32;

const { directory } = workerData as { readonly directory: string };
const main = parentPort;
if (main === null) throw new Error('this file is started as a worker thread');
const port = main;

const say = (message: FromStorage, move: ArrayBuffer[] = []) => port.postMessage(message, move);

try {
  const database = new Database(() => openFile(directory).db);
  port.on('message', (first: ToStorage) => {
    const calls: (ToStorage & { kind: 'call' })[] = [];
    let message: ToStorage | undefined = first;
    while (message?.kind === 'call') {
      calls.push(message);
      message = calls.length < MAX_CALLS ? nextMessage() : undefined;
    }
    if (calls.length > 0) make(database, calls);
    if (message?.kind === 'close') {
      database.close((db) => closeFile(db, directory));
      port.close();
    }
  });
  collectStartupGarbage();
  say({ kind: 'open' });
} catch (error) {
  say({ kind: 'refused', error: errorFacts(error) });
  port.close();
}

function nextMessage(): ToStorage | undefined {
  return (receiveMessageOnPort(port) as { message: ToStorage } | undefined)?.message;
}

function make(database: Database, calls: readonly (ToStorage & { kind: 'call' })[]): void {
  const replies = database.run(calls.map(({ name, args }) => ({ name, args: unpackArgs(name, args) })));
  const move: ArrayBuffer[] = [];
  const answers = calls.map(({ id, name }, index): Reply => {
    const reply = replies[index];
    if (reply === undefined) throw new Error(`call ${name} got no reply`);
    if (!reply.ok) return { id, error: errorFacts(reply.error) };
    const answer = packAnswer(name, reply.value);
    move.push(...moved(answer));
    return { id, answer };
  });
  say({ kind: 'replies', replies: answers }, move);
}
