// What a scenario is: a name, a sentence, and measurements that come out as rows and checks.
import type { Check } from '../measure/checks.ts';
import type { Row } from '../measure/rounds.ts';
import type { World } from '../world/world.ts';

/** `quick` for CI, `full` for people, `long` for a night. */
export type Extent = 'quick' | 'full' | 'long';

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
  /** In which runs it takes part when nothing is named. */
  readonly extents: readonly Extent[];
  run(world: World, extent: Extent): Promise<Outcome>;
}
