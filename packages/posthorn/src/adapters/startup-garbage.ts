// Memory that only the start needed – sources, schemas on their way to code – goes back to the system once everything is
// loaded. V8 keeps it otherwise, about 28 of 145 MB, and 4 of the storage thread's own, until a service that idles needs it,
// which is never.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects this thread's garbage once, thoroughly; takes some tens of milliseconds, in which nothing else happens. */
export function collectStartupGarbage(): void {
  // Of the whole process, and never taken back: another thread may be about to use it.
  setFlagsFromString('--expose-gc');
  const collect: NodeJS.GCFunction = runInNewContext('gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
