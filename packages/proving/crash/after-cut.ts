// Opens what a power cut has left as the service would, and compares it with what had been promised by then.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { perform } from '../../posthorn/src/adapters/sqlite/calls.ts';
import type { Connection } from '../../posthorn/src/adapters/sqlite/connection.ts';
import { closeFile, openFile } from '../../posthorn/src/adapters/sqlite/file.ts';
import { inTransaction } from '../../posthorn/src/adapters/sqlite/transaction.ts';
import { openEncryptionKey } from '../../posthorn/src/apps/service/encryption-key.ts';
import { Dice } from '../../posthorn/tests/support/dice.ts';

export type Verdict =
  | { readonly kind: 'sound' }
  /** It cannot be used, or its parts contradict each other. */
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'lost'; readonly ids: readonly string[] };

/** Ids of events and of deliveries that were promised. */
export interface Promised {
  readonly events: ReadonlySet<string>;
  readonly deliveries: ReadonlySet<string>;
}

const EVENTS = 'select hex(id) as id from event';
const DELIVERIES = 'select hex(id) as id from queue union all select hex(id) from delivery';

/** Puts the files into an empty folder. */
export function layOut(folder: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes, { mode: 0o600 });
}

/** @param folder a copy: it is opened for good, and changed by that */
export async function examine(folder: string, promised: Promised): Promise<Verdict> {
  let db: Connection;
  try {
    ({ db } = openFile(folder));
  } catch (error) {
    return { kind: 'damaged', why: String(error) };
  }
  try {
    const integrity = db.all<{ integrity_check: string }>('pragma integrity_check');
    const [{ integrity_check: first } = { integrity_check: 'no answer' }] = integrity;
    if (first !== 'ok') return { kind: 'damaged', why: first };
    const lost = [...missing(db, EVENTS, promised.events), ...missing(db, DELIVERIES, promised.deliveries)];
    if (lost.length > 0) return { kind: 'lost', ids: lost };
    await openKey(db, folder);
    return { kind: 'sound' };
  } catch (error) {
    return { kind: 'damaged', why: String(error) };
  } finally {
    closeFile(db, folder);
  }
}

function missing(db: Connection, sql: string, promised: ReadonlySet<string>): string[] {
  const stored = new Set(db.all<{ id: string }>(sql).map(({ id }) => id.toLowerCase()));
  return [...promised].filter((id) => !stored.has(id.replaceAll('-', '')));
}

/** Without its key the secrets of the endpoints are lost. */
async function openKey(db: Connection, folder: string): Promise<void> {
  const keep = async (name: string, value: Uint8Array) => inTransaction(db, () => perform(db, 'keep', [name, value]));
  await openEncryptionKey({ given: undefined, folder, store: { keep }, random: new Dice(1).random() });
}
