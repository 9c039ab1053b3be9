// How much is measured: everything, or what a check on any machine can afford, with margins that only a broken program misses.
import type { MemoryExtent } from './memory.ts';
import type { NeighbourExtent } from './neighbours.ts';
import type { SnapshotExtent } from './snapshot.ts';

export interface Extent {
  readonly neighbours: NeighbourExtent;
  readonly snapshot: SnapshotExtent;
  readonly memory: MemoryExtent;
}

export const FULL: Extent = {
  neighbours: {
    ...{ waiting: 100_000, rounds: 7, troubleMs: 10_000, warmUpMs: 1_000, measuredMs: 4_000 },
    ...{ atMostTimes: 1.5, noiseMs: 10, bestRound: false },
  },
  snapshot: { deliveries: 120_000, atMostTimes: 1.5, noiseMs: 5 },
  memory: { endpoints: 10_000, pending: 1_000_000, phaseMs: 20_000, maxMib: 1_024 },
};

export const QUICK: Extent = {
  neighbours: {
    ...{ waiting: 5_000, rounds: 3, troubleMs: 2_000, warmUpMs: 500, measuredMs: 1_000 },
    ...{ atMostTimes: 3, noiseMs: 200, bestRound: true },
  },
  snapshot: { deliveries: 20_000, atMostTimes: 4, noiseMs: 20 },
  memory: { endpoints: 500, pending: 50_000, phaseMs: 4_000, maxMib: 640 },
};
