// CPU time and wake-ups of running processes, as Linux counts them per thread. Where the system does not tell, there is no
// such column.
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds so far. */
export interface CpuTime {
  /** Of the thread that runs the event loop. */
  readonly main: number;
  /** Of the thread that works on the SQLite file. */
  readonly storage: number;
  /** Of all other threads, which are the runtime's own: they compile and collect garbage. */
  readonly helpers: number;
}

/**
 * Microseconds so far that the thread of the event loop was ready to run and had no core: others were using them, or the
 * system had not yet moved it to a free one.
 */
export function loopWaited(pid: number): number {
  try {
    return schedule(pid, pid).waited;
  } catch {
    return 0;
  }
}

const NONE: CpuTime = { main: 0, storage: 0, helpers: 0 };
/** The storage thread's name, as much of it as Linux keeps. */
const STORAGE = 'posthorn-storag';

export function cpuTime(pid: number): CpuTime {
  try {
    let { main, storage, helpers } = NONE;
    for (const thread of threadsOf(pid)) {
      const { spent } = schedule(pid, thread);
      if (thread === pid) main += spent;
      else if (nameOf(pid, thread) === STORAGE) storage += spent;
      else helpers += spent;
    }
    return { main, storage, helpers };
  } catch {
    return NONE;
  }
}

/** Microseconds so far of all threads of a process. */
export function cpuOf(pid: number): number {
  const { main, storage, helpers } = cpuTime(pid);
  return main + storage + helpers;
}

/** Microseconds so far of a process and all its children together: a Postgres server with its sessions. */
export function cpuTimeOfFamily(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return [pid, ...children.map(Number)].reduce((sum, one) => sum + cpuOf(one), 0);
  } catch {
    return 0;
  }
}

/** How often the storage thread has waited for something to do so far; `undefined` when there is no such thread. */
export function storageWakeUps(pid: number): number | undefined {
  try {
    const thread = threadsOf(pid).find((one) => nameOf(pid, one) === STORAGE);
    const status = thread === undefined ? '' : readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    const [, times] = /^voluntary_ctxt_switches:\s+(\d+)/m.exec(status) ?? [];
    return times === undefined ? undefined : Number(times);
  } catch {
    return undefined;
  }
}

/** Resident memory in MiB. */
export function memoryMiB(pid: number): number {
  try {
    const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1_024;
  } catch {
    return 0;
  }
}

const threadsOf = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number);

const nameOf = (pid: number, thread: number): string => readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();

/** Microseconds, of the nanoseconds in which Linux counts them. */
function schedule(pid: number, thread: number): { readonly spent: number; readonly waited: number } {
  const [spent = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ').map(Number);
  return { spent: spent / 1_000, waited: waited / 1_000 };
}
