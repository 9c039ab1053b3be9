// The ways in which some endpoints can be bad customers of a service that others share.
import type { Scene, StoreKind } from './scene.ts';

export interface Trouble {
  readonly name: string;
  /** How many endpoints are like this, beside nine healthy ones. */
  readonly endpoints: number;
  url(scene: Scene, host: string): string;
  readonly stores: readonly StoreKind[];
  /** It is looked at in every check, not only in the long run. */
  readonly quick: readonly StoreKind[];
}

const BOTH: readonly StoreKind[] = ['sqlite', 'postgres'];
const EMBEDDED: readonly StoreKind[] = ['sqlite'];

export const TROUBLES: readonly Trouble[] = [
  {
    name: 'one endpoint hangs',
    endpoints: 1,
    url: (scene, host) => scene.url(host, 'hangs'),
    stores: BOTH,
    quick: BOTH,
  },
  {
    name: 'ninety endpoints hang',
    endpoints: 90,
    url: (scene, host) => scene.url(host, 'hangs'),
    stores: EMBEDDED,
    quick: [],
  },
  {
    name: 'one endpoint drips',
    endpoints: 1,
    url: (scene, host) => scene.url(host, 'drips'),
    stores: EMBEDDED,
    quick: [],
  },
  {
    name: 'one endpoint fails at once',
    endpoints: 1,
    url: (scene, host) => scene.url(host, 'fails'),
    stores: BOTH,
    quick: [],
  },
  {
    name: 'one endpoint refuses connections',
    endpoints: 1,
    // Nothing listens on this port of this machine, nor may anything but root.
    url: (_, host) => `https://${host}.receiver.test:1/`,
    stores: EMBEDDED,
    quick: [],
  },
  {
    name: '200 endpoints have dead names',
    endpoints: 200,
    url: (_, host) => `https://${host}.dead.test/`,
    stores: EMBEDDED,
    quick: EMBEDDED,
  },
  {
    name: '200 endpoints are on a dead host',
    endpoints: 200,
    url: (scene, host) => scene.deadUrl(host),
    stores: EMBEDDED,
    quick: [],
  },
];
