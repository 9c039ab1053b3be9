// The finding of one check: all right, worth a thought, or broken; and what to do.

export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'bad';
  readonly says: string;
  readonly advice?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, verdict: 'ok', says });

export const warn = (check: string, says: string, advice: string): Finding => ({
  check,
  verdict: 'warn',
  says,
  advice,
});

/** @param advice left out where `says` has it already */
export const bad = (check: string, says: string, advice?: string): Finding => ({
  check,
  verdict: 'bad',
  says,
  ...(advice !== undefined && { advice }),
});

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `512 B`, `1.5 GiB` */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1_024 ** power).toFixed(1))} ${UNITS[power]}`;
}
