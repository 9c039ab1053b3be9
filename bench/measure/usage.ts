// Who spent how much CPU time on a delivery, how much of the machine was busy meanwhile, and how long the event loop had no core.
import { cpuTime, loopWaited } from './cpu.ts';

/** Reads the microseconds of CPU time that one participant has spent so far. */
export type Meter = () => number;

/** Participants of a measurement beside the process that sends, by the names that the table's columns have. */
export type Meters = Readonly<Record<string, Meter>>;

export interface Spent {
  /** Microseconds of CPU per delivery, by who spent them; those who spent nothing are left out. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Microseconds per delivery in which the sending event loop was ready to run and had no core. */
  readonly waitedUs: number;
  /** Cores that were busy on average. */
  readonly cores: number;
}

/**
 * Starts to count.
 * @param pid of the process that sends
 * @returns what has been spent since, for so many deliveries in so many milliseconds
 */
export function startCounting(pid: number, others: Meters): (deliveries: number, ms: number) => Spent {
  const meters = { ...threadsOf(pid), ...others };
  const before = read(meters);
  const waitedBefore = loopWaited(pid);
  return (deliveries, ms) => {
    const waitedUs = (loopWaited(pid) - waitedBefore) / deliveries;
    const spent = read(meters).map(([who, us], index) => [who, us - (before[index]?.[1] ?? 0)] as const);
    const together = spent.reduce((sum, [, us]) => sum + us, 0);
    const cpuUs = Object.fromEntries(spent.filter(([, us]) => us > 0).map(([who, us]) => [who, us / deliveries]));
    return { cpuUs, waitedUs, cores: together / (ms * 1_000) };
  };
}

function threadsOf(pid: number): Meters {
  return {
    loop: () => cpuTime(pid).main,
    storage: () => cpuTime(pid).storage,
    helpers: () => cpuTime(pid).helpers,
  };
}

function read(meters: Meters): (readonly [who: string, us: number])[] {
  return Object.entries(meters).map(([who, meter]) => [who, meter()] as const);
}
