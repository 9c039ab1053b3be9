// Which addresses of an origin failed lately: the next connection begins with another one.

/** Each about 1 KB: 10 MB at most. */
const MAX_ORIGINS = 10_000;
/** Of an origin whose name leads elsewhere every minute. Twice as many as are tried for one connection. */
const MAX_ADDRESSES = 16;
/** An address that failed gets its turn again after this: the receiver's load is to be spread once it is well. */
const REMEMBERED_MS = 600_000;

export class FailedAddresses {
  /** When each failed last, by origin; the latest failure comes last. */
  readonly #byOrigin = new Map<string, Map<string, number>>();
  readonly #rememberedMs: number;

  constructor(rememberedMs: number = REMEMBERED_MS) {
    this.#rememberedMs = rememberedMs;
  }

  failed(origin: string, address: string): void {
    const failures = this.#byOrigin.get(origin) ?? new Map<string, number>();
    failures.delete(address);
    failures.set(address, performance.now());
    for (const oldest of failures.keys()) {
      if (failures.size <= MAX_ADDRESSES) break;
      failures.delete(oldest);
    }
    this.#byOrigin.delete(origin);
    for (const oldest of this.#byOrigin.keys()) {
      if (this.#byOrigin.size < MAX_ORIGINS) break;
      this.#byOrigin.delete(oldest);
    }
    this.#byOrigin.set(origin, failures);
  }

  worked(origin: string, address: string): void {
    const failures = this.#byOrigin.get(origin);
    if (failures?.delete(address) === true && failures.size === 0) this.#byOrigin.delete(origin);
  }

  /** Those that did not fail as they stand, then the others, the one that failed last at the end. */
  inOrder(origin: string, addresses: readonly string[]): readonly string[] {
    const failures = this.#byOrigin.get(origin);
    if (failures === undefined) return addresses;
    const since = performance.now() - this.#rememberedMs;
    for (const [address, at] of failures) if (at < since) failures.delete(address);
    if (failures.size === 0) this.#byOrigin.delete(origin);
    const failed = [...failures.keys()].filter((address) => addresses.includes(address));
    return [...addresses.filter((address) => !failures.has(address)), ...failed];
  }
}
