// Whose turn it is to start a call. Lanes that have something waiting stand by their manner and by how many calls they have
// under way: the next one is found without looking at lanes that may not start, of which there may be thousands.
import type { Manner } from './manners.ts';

/** What of a lane decides where it stands. */
export interface Ranked<Lane> {
  readonly manner: Manner;
  /** Calls under way. */
  readonly active: number;
  /** Where it stands while it waits for a start. */
  rank: Set<Lane> | undefined;
}

export class Ranks<Lane extends Ranked<Lane>> {
  readonly #ranks: Readonly<Record<Manner, readonly Set<Lane>[]>>;
  /** Whose turn it is when lanes of several manners have equally few calls: the one that started last comes last. */
  #turns: readonly Manner[] = ['well', 'failing', 'slow'];

  /** @param concurrency calls that a lane may have under way; with as many it does not wait for a start */
  constructor(concurrency: number) {
    const ranks = () => Array.from({ length: concurrency }, () => new Set<Lane>());
    this.#ranks = { well: ranks(), failing: ranks(), slow: ranks() };
  }

  /**
   * Puts a lane where it belongs, behind those that stand there; where it stands already it keeps its place.
   * @param waiting whether it has anything to start
   */
  arrange(lane: Lane, waiting: boolean): void {
    const rank = waiting ? this.#ranks[lane.manner][lane.active] : undefined;
    if (rank === lane.rank) return;
    lane.rank?.delete(lane);
    rank?.add(lane);
    lane.rank = rank;
  }

  /** The lane whose turn it is, among those whose manner may start and that have fewer than `most` calls under way. */
  next(may: Readonly<Record<Manner, boolean>>, most: number): Lane | undefined {
    for (let active = 0; active < most; active++) {
      for (const manner of this.#turns) {
        const lane = may[manner] ? firstOf(this.#ranks[manner][active]) : undefined;
        if (lane !== undefined) return lane;
      }
    }
    return undefined;
  }

  /** A lane of this manner has started a call. */
  started(manner: Manner): void {
    if (this.#turns.at(-1) === manner) return;
    this.#turns = [...this.#turns.filter((other) => other !== manner), manner];
  }
}

function firstOf<Lane>(rank: ReadonlySet<Lane> | undefined): Lane | undefined {
  if (rank === undefined || rank.size === 0) return undefined;
  for (const lane of rank) return lane;
  return undefined;
}
