// A scenario: a name, a sentence, and measurements that come out as rows and checks.
import type { Check } from '../measure/checks.ts';
import type { Row } from '../measure/rounds.ts';
import type { World } from '../world/world.ts';

/** `quick` for CI: guards against decline only. `full` for people: every target. `long`: the same with millions of rows. */
export type Extent = 'quick' | 'full' | 'long';

/** How much is measured, and how often. */
export type Sizes<Load> = Readonly<Record<Extent, Load & { readonly rounds: number }>>;

export interface Outcome {
  /** Unit of the rows' values. */
  readonly unit: string;
  readonly rows: readonly Row[];
  readonly checks: readonly Check[];
  /** Sentences beside the figures: what was left out and why. */
  readonly notes?: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly promise: string;
  /** Takes part in quick runs, too. */
  readonly quick: boolean;
  run(world: World, extent: Extent): Promise<Outcome>;
}
