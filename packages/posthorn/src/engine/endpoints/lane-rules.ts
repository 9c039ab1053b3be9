// The rules of a lane, as an endpoint's settings say them.
import type { OpenSettings } from '../../domain/endpoint/settings.ts';

export interface LaneRules {
  /** Calls that may be under way at once, in this process. */
  readonly concurrency: number;
}

/** @param installation the rules of endpoints that have none of their own */
export function laneRulesOf({ concurrency }: Pick<OpenSettings, 'concurrency'>, installation: LaneRules): LaneRules {
  return concurrency === null ? installation : { concurrency };
}
