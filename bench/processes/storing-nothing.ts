// Posthorn with a store that keeps nothing of events and deliveries: what is left is the price of taking them in, signing
// and sending. Everything else is the service as it is.
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../../packages/posthorn/src/apps/logging/log.ts';
import { startServiceOn } from '../../packages/posthorn/src/apps/service/start.ts';
import { readSettings } from '../../packages/posthorn/src/apps/settings/read.ts';
import type { LeasedDelivery } from '../../packages/posthorn/src/domain/delivery.ts';
import type { EndpointId, TenantId } from '../../packages/posthorn/src/domain/ids.ts';
import type { Store } from '../../packages/posthorn/src/seams/store/index.ts';
import type { AcceptGroup, AcceptResult } from '../../packages/posthorn/src/seams/store/queue.ts';
import { createMemoryStore } from '../../packages/posthorn/tests/support/memory-store.ts';
import { answer } from './answering.ts';

export type ServiceQuestion =
  | { readonly kind: 'start'; readonly environment: Readonly<Record<string, string>> }
  | { readonly kind: 'stop' };

/**
 * Tenants and endpoints are kept, in memory; what does not fit into the lanes waits in lists until it is claimed. It answers
 * in the next turn of the event loop: what arrives in one turn shares a call, as with any store. Answered at once, every
 * event and every outcome went alone, and SQLite was faster than nothing.
 */
function createStoreOfNothing(): Store {
  const backlogs = new Map<EndpointId, LeasedDelivery[]>();
  const acceptGroup = ({ events }: AcceptGroup): AcceptResult => ({
    kind: 'accepted',
    events: events.map(({ event, ownId, deliveries }) => {
      for (const { id, endpointId, place } of deliveries) {
        if (place === 'leased') continue;
        const waiting = backlogs.get(endpointId) ?? [];
        backlogs.set(endpointId, waiting);
        waiting.push({
          ...{ id, endpointId, event },
          ...{ attempts: 0, failures: 0, interruptions: 0, resume: null, suspect: false },
        });
      }
      const { id, type, createdAt } = event;
      const made = deliveries.map((one) => ({ id: one.id, endpointId: one.endpointId }));
      return { id, ownId, type, createdAt, deliveries: made, existing: false };
    }),
  });
  return {
    ...createMemoryStore(),
    async accept(_, groups) {
      await nextTurn();
      return groups.map(acceptGroup);
    },
    async record(_, records) {
      await nextTurn();
      return records.map(() => 'recorded');
    },
    async claimBacklog(_, wants) {
      await nextTurn();
      return {
        deliveries: wants.flatMap(({ endpointId, limit }) => backlogs.get(endpointId)?.splice(0, limit) ?? []),
        revisions: new Map<TenantId, number>(),
      };
    },
  };
}

const log: Log = { writes: () => false, write: () => undefined, flush: async () => undefined };

let stop: () => Promise<void> = async () => undefined;

answer<ServiceQuestion>(async (question) => {
  if (question.kind === 'stop') return stop();
  const settings = readSettings({ flags: {}, environment: question.environment, file: undefined }).values;
  const extraCa = settings.extraCa === undefined ? [] : [readFileSync(settings.extraCa, 'utf8')];
  const service = await startServiceOn(createStoreOfNothing(), settings, extraCa, log);
  stop = () => service.stop(settings.graceMs);
  return service.url;
});
