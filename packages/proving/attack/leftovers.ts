// Leftovers of an attack: the log, and the files of the database. Neither may hold what was secret, in whatever form, and a
// database whose rows were moved about gives nobody another one's secret.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServiceProcess } from '../../posthorn/tests/support/service-process.ts';
import type { Program } from '../support/program.ts';
import { CanaryWatch } from './canaries.ts';
import { type Canaries, OTHER, type Scene } from './scene.ts';
import { Caller } from './wire.ts';

/** @returns how many lines there were. @throws when a line holds a secret, is no JSON, or tells of a defect */
export function readLog(log: string, canaries: Canaries): number {
  const watch = new CanaryWatch(Object.values({ ...canaries }));
  const lines = log.split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const found = watch.in(line);
    if (found.size > 0) throw new Error(`the log holds a secret (${[...found].join(', ')}): ${line}`);
    if (!line.startsWith('{')) throw new Error(`a line of the log is not JSON: ${line}`);
    const { level }: { level?: unknown } = JSON.parse(line);
    if (level === 'error') throw new Error(`the log tells of a defect: ${line}`);
  }
  for (const words of ['attempt 1 failed', 'attempt 1 succeeded', 'event accepted']) {
    if (!log.includes(words)) throw new Error(`the log never says "${words}": looking through it proves nothing`);
  }
  return lines.length;
}

/** @returns how many bytes were looked through. @throws when a file of the data folder holds what must not be readable there */
export function readFiles(folder: string, { secret, header, apiKey, encryptionKey, payload }: Canaries): number {
  const watch = new CanaryWatch([secret, header, apiKey, encryptionKey]);
  const control = new CanaryWatch([payload]);
  let bytes = 0;
  let controlled = false;
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    bytes += content.length;
    const found = watch.in(content);
    if (found.size > 0) throw new Error(`${name} holds ${[...found].join(', ')} for everybody to read`);
    controlled ||= control.in(content).size > 0;
  }
  if (!controlled)
    throw new Error('not even a payload was found in the data folder: looking through it proves nothing');
  return bytes;
}

/** Moves the sealed secrets of one endpoint to another one, as somebody with write access to the file could. */
export async function swapSecrets(program: Program, scene: Scene, folder: string, settings: Record<string, string>) {
  const file = join(folder, 'data', 'posthorn.db');
  const [from = '', to = ''] = scene.other.endpoints;
  const bytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
  const database = new DatabaseSync(file);
  const row = database
    .prepare('select sealed from endpoint_version join endpoint on key = endpoint where id = ?')
    .get(bytes(from));
  const sealed = row?.['sealed'];
  if (!(sealed instanceof Uint8Array)) throw new Error('the endpoint is not where it was: has the schema changed?');
  database
    .prepare('update endpoint_version set sealed = ? where endpoint = (select key from endpoint where id = ?)')
    .run(sealed, bytes(to));
  database.close();
  await using service = await ServiceProcess.start(program, { folder, environment: settings });
  const caller = new Caller(service.port);
  const path = `/v1/tenants/${OTHER}/endpoints/${to}/secret`;
  const answer = await caller.ask(scene.request('GET', path));
  caller.close();
  const found = new CanaryWatch([scene.canaries.secret, scene.canaries.header]).in(answer?.body ?? '');
  if (answer === undefined || answer.status < 400 || found.size > 0) {
    throw new Error(`a secret that was moved to another endpoint was opened there: ${answer?.status}`);
  }
}
