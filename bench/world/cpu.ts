// CPU time of running processes, to the nanosecond, as Linux counts it per thread. Where the system does not tell, there is
// no such column.
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds so far. */
export interface CpuTime {
  /** Of the thread that runs the event loop. */
  readonly main: number;
  /** Of all other threads: storage, the runtime's own. */
  readonly others: number;
}

const NONE: CpuTime = { main: 0, others: 0 };

export function cpuTime(pid: number): CpuTime {
  try {
    let { main, others } = NONE;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      if (Number(thread) === pid) main += Number(nanoseconds) / 1_000;
      else others += Number(nanoseconds) / 1_000;
    }
    return { main, others };
  } catch {
    return NONE;
  }
}

/** Microseconds so far of a process and all its children together: a Postgres server with its sessions. */
export function cpuTimeOfFamily(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return [pid, ...children.map(Number)].reduce((sum, one) => sum + cpuTime(one).main + cpuTime(one).others, 0);
  } catch {
    return 0;
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
