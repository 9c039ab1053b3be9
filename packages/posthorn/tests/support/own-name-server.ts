// Loaded before the program (`--import …/own-name-server.ts?address=127.0.0.1:5353`): every name is asked of that name server
// instead of the machine's, so that no question leaves this machine and a test decides what there is.
import { Resolver } from 'node:dns';

const address = new URL(import.meta.url).searchParams.get('address');
if (address === null) throw new Error('which name server? add ?address=…');

const told = new WeakSet<Resolver>();
for (const name of ['resolve4', 'resolve6', 'resolveNs'] as const) {
  const original = Resolver.prototype[name];
  Object.defineProperty(Resolver.prototype, name, {
    value(this: Resolver, ...parameters: unknown[]) {
      if (!told.has(this)) this.setServers([address]);
      told.add(this);
      return Reflect.apply(original, this, parameters);
    },
  });
}
