// The steady clock's offset. The machines that share a database take its clock for the time, so that all mean nearly the
// same moment by a due time.
import type { Database, Statement } from './connection.ts';

const KNOWN: Statement = { text: 'select offset_ms from posthorn.boot where id = $1' };

const DECIDE: Statement = {
  text: `
insert into posthorn.boot (id, offset_ms)
select $1, greatest(
  extract(epoch from clock_timestamp())::float8 * 1000 - $3::float8,
  (select latest_at from posthorn.clock)
) - $2::float8
on conflict (id) do nothing
`,
};

export interface Boot {
  readonly id: string;
  readonly monotonicMs: number;
}

/** See `Queue.clockOffset`. The caller's wall clock is not asked. */
export async function clockOffset(database: Database, boot: Boot): Promise<number> {
  const askedMs = performance.now();
  for (;;) {
    const [known] = await database.work<{ offset_ms: number }>(KNOWN, [boot.id]);
    if (known !== undefined) return known.offset_ms;
    // The look before has opened the session: between here and the server's clock lies one short trip.
    await database.work(DECIDE, [boot.id, boot.monotonicMs, performance.now() - askedMs]);
  }
}
