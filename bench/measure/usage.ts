// Who spent how much CPU time on a delivery, and how much of the machine was busy meanwhile.

/** Reads the microseconds of CPU time that one participant has spent so far. */
export type Meter = () => number;

/** The participants of a measurement, by the names that the table's columns have. */
export type Meters = Readonly<Record<string, Meter>>;

export interface Spent {
  /** Microseconds of CPU per delivery, by who spent them; those who spent nothing are left out. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Cores that were busy on average. */
  readonly cores: number;
}

/** Starts to count. @returns what has been spent since, for so many deliveries in so many milliseconds */
export function startCounting(meters: Meters): (deliveries: number, ms: number) => Spent {
  const before = read(meters);
  return (deliveries, ms) => {
    const spent = read(meters).map(([who, us], index) => [who, us - (before[index]?.[1] ?? 0)] as const);
    const together = spent.reduce((sum, [, us]) => sum + us, 0);
    const cpuUs = Object.fromEntries(spent.filter(([, us]) => us > 0).map(([who, us]) => [who, us / deliveries]));
    return { cpuUs, cores: together / (ms * 1_000) };
  };
}

function read(meters: Meters): (readonly [who: string, us: number])[] {
  return Object.entries(meters).map(([who, meter]) => [who, meter()] as const);
}
