// Whose turn it is to start a call. Lanes that have something waiting stand by their health and by how many calls they have
// under way: the next one is found without looking at lanes that may not start, of which there may be thousands.
import type { LaneHealth } from './lane-health.ts';

/** The facts of a lane that decide where it stands. */
export interface HasTurn<Lane> {
  readonly health: LaneHealth;
  /** Calls under way. */
  readonly active: number;
  /** Where it stands while it waits for a start. */
  rank: Set<Lane> | undefined;
}

export class TurnOrder<Lane extends HasTurn<Lane>> {
  /** By health and calls under way, as far as lanes have had any. */
  readonly #ranks: Readonly<Record<LaneHealth, Set<Lane>[]>> = { healthy: [], failing: [], hanging: [] };
  #most = 0;
  /** Whose turn it is when lanes of several healths have equally few calls: the one that started last comes last. */
  #turns: readonly LaneHealth[] = ['healthy', 'failing', 'hanging'];

  /**
   * Puts a lane where it belongs, behind those that stand there; where it stands already it keeps its place.
   * @param mayStart whether it has anything to start, and fewer calls under way than its rules allow
   */
  arrange(lane: Lane, mayStart: boolean): void {
    const rank = mayStart ? this.#rank(lane) : undefined;
    if (rank === lane.rank) return;
    lane.rank?.delete(lane);
    rank?.add(lane);
    lane.rank = rank;
  }

  /** The lane whose turn it is, among those whose health may start and that have fewer than `most` calls under way. */
  next(may: Readonly<Record<LaneHealth, boolean>>, most: number): Lane | undefined {
    for (let active = 0; active < Math.min(most, this.#most); active++) {
      for (const health of this.#turns) {
        const lane = may[health] ? firstOf(this.#ranks[health][active]) : undefined;
        if (lane !== undefined) return lane;
      }
    }
    return undefined;
  }

  #rank({ health, active }: Lane): Set<Lane> {
    const ranks = this.#ranks[health];
    while (ranks.length <= active) ranks.push(new Set());
    this.#most = Math.max(this.#most, ranks.length);
    return ranks[active] ?? new Set();
  }

  /** A lane of this health has started a call. */
  started(health: LaneHealth): void {
    if (this.#turns.at(-1) === health) return;
    this.#turns = [...this.#turns.filter((other) => other !== health), health];
  }
}

function firstOf<Lane>(rank: ReadonlySet<Lane> | undefined): Lane | undefined {
  if (rank === undefined || rank.size === 0) return undefined;
  for (const lane of rank) return lane;
  return undefined;
}
