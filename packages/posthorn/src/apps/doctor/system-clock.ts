// The clocks: what people read is right, and what due times hang on is the same after a restart.
import { durationText } from '../words/times.ts';
import { bad, type Finding, ok, warn } from './finding.ts';
import type { StoreSight } from './store.ts';

const CHECK = 'system clock';
/** Nobody runs this program before it was written; certificates would all be of the future. */
const WRITTEN_MS = Date.UTC(2025, 0, 1);
/** A difference that people would notice beside a log of another machine. */
const NOTICED_MS = 1_000;
/** The steady clock may be this much ahead of the wall after leap seconds and small corrections. */
const DRIFT_MS = 60_000;

/**
 * @param wallMs this machine's wall clock, in milliseconds since 1970
 * @param boot the system's name for this boot; `undefined` where it has none
 */
export function clockFindings(wallMs: number, boot: string | undefined, sight: StoreSight | undefined): Finding[] {
  const now = new Date(wallMs).toISOString();
  if (wallMs < WRITTEN_MS) {
    return [bad(CHECK, `it says ${now}: certificates would be refused`, 'Set the clock, and keep it right with NTP.')];
  }
  const found = [againstServer(now, sight?.serverClock)];
  const latest = sight?.latestMs ?? 0;
  if (latest > wallMs + DRIFT_MS) {
    found.push(
      warn(
        CHECK,
        `it was set back by ${durationText(latest - wallMs)} since Posthorn ran here last`,
        'Due times are not touched by that; moments that people read are off. Keep the clock right with NTP.',
      ),
    );
  }
  found.push(
    boot === undefined
      ? warn(
          CHECK,
          'this system does not name its boots, so due times follow the wall clock at each start',
          'Keep the clock right with NTP, or run it on Linux with /proc.',
        )
      : ok(CHECK, 'due times are on the monotonic clock of this boot'),
  );
  return found;
}

function againstServer(now: string, server: StoreSight['serverClock']): Finding {
  if (server === undefined) return ok(CHECK, now);
  const { aheadMs, sureMs } = server;
  const apart = Math.abs(aheadMs);
  if (apart - sureMs <= NOTICED_MS)
    return ok(CHECK, `${now}, as the database server's, give or take ${durationText(apart + sureMs)}`);
  return warn(
    CHECK,
    `${now}: the database server's is ${durationText(apart)} ${aheadMs > 0 ? 'ahead' : 'behind'}`,
    'Due times follow the database; moments that people read are off. Keep both clocks right with NTP.',
  );
}
