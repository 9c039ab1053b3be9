// The steady clock's offset: decided by the first call of a boot, kept for all others.
import type { Queue } from '../../seams/store/queue.ts';
import type { Connection } from './connection.ts';

const KNOWN = `select offset_ms from boot where id = ?`;
const DECIDE = `insert into boot (id, offset_ms) values (?, ?)`;
const LATEST = `select value from counter where name = 'steady'`;

/** See `Queue.clockOffset`. */
export function clockOffset(db: Connection, boot: Parameters<Queue['clockOffset']>[0]): number {
  const stored = db.get<{ offset_ms: number }>(KNOWN, boot.id);
  if (stored !== undefined) return stored.offset_ms;
  const latest = db.get<{ value: number }>(LATEST)?.value ?? 0;
  const offset = Math.max(boot.wallMs, latest) - boot.monotonicMs;
  db.run(DECIDE, boot.id, offset);
  return offset;
}
