// Single values that outlive every process: the clock's offset per boot, what was kept by name, the catalogs' revisions.
import type { Connection } from './connection.ts';

const OFFSET = `select offset_ms from boot where id = ?`;
const INSERT_BOOT = `insert into boot (id, offset_ms) values (?, ?)`;
const STEADY = `select value from counter where name = 'steady'`;
const KEEP = `insert into kept (name, value) values (?, ?) on conflict (name) do nothing`;
const KEPT = `select value from kept where name = ?`;
// A new value each time: SQLite leaves out what would write a row as it was.
const TOUCH = `
  insert into counter (name, value) values ('touched', 1) on conflict (name) do update set value = value + 1`;
const NEXT_REVISION = `update counter set value = value + 1 where name = 'revision' returning value`;

export function clockOffset(
  db: Connection,
  boot: { readonly id: string; readonly monotonicMs: number; readonly wallMs: number },
): number {
  const stored = db.get<{ offset_ms: number }>(OFFSET, boot.id);
  if (stored !== undefined) return stored.offset_ms;
  const latest = db.get<{ value: number }>(STEADY)?.value ?? 0;
  const offset = Math.max(boot.wallMs, latest) - boot.monotonicMs;
  db.run(INSERT_BOOT, boot.id, offset);
  return offset;
}

export function keep(db: Connection, name: string, value: Uint8Array): Uint8Array {
  db.run(KEEP, name, value);
  return db.get<{ value: Uint8Array }>(KEPT, name)?.value ?? value;
}

/** Writes a value that nobody reads. */
export function touch(db: Connection): void {
  db.run(TOUCH);
}

/** A revision that no catalog has had. */
export function nextRevision(db: Connection): number {
  const row = db.get<{ value: number }>(NEXT_REVISION);
  if (row === undefined) throw new Error('the counter of catalog revisions is missing');
  return row.value;
}
