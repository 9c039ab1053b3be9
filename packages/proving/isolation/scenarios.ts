// Everything that is measured, and how much of it in each run.
import type { Extent } from './extent.ts';
import { type MemoryFigures, measureMemory } from './memory.ts';
import { measureNeighbours, type NeighbourFigures } from './neighbours.ts';
import type { Scene, StoreKind } from './scene.ts';
import { measureSnapshot, type SnapshotFigures } from './snapshot.ts';
import { TROUBLES } from './troubles.ts';

export type Figures =
  | ({ readonly kind: 'neighbours' } & NeighbourFigures)
  | ({ readonly kind: 'memory' } & MemoryFigures)
  | ({ readonly kind: 'snapshot' } & SnapshotFigures);

export interface Scenario {
  readonly name: string;
  /** It is part of every check. */
  readonly quick: boolean;
  run(scene: Scene, extent: Extent): Promise<Figures>;
}

const STORES: readonly StoreKind[] = ['sqlite', 'postgres'];

export const SCENARIOS: readonly Scenario[] = [
  ...TROUBLES.flatMap((trouble) =>
    trouble.stores.map(
      (store): Scenario => ({
        name: `${trouble.name}, ${store}`,
        quick: trouble.quick.includes(store),
        run: async (scene, extent) => ({
          kind: 'neighbours',
          ...(await measureNeighbours(scene, trouble, store, extent.neighbours)),
        }),
      }),
    ),
  ),
  {
    name: 'somebody holds a snapshot, postgres',
    quick: false,
    run: async (scene, extent) => ({ kind: 'snapshot', ...(await measureSnapshot(scene, extent.snapshot)) }),
  },
  ...STORES.map(
    (store): Scenario => ({
      name: `memory, ${store}`,
      quick: store === 'sqlite',
      run: async (scene, extent) => ({ kind: 'memory', ...(await measureMemory(scene, store, extent.memory)) }),
    }),
  ),
];
