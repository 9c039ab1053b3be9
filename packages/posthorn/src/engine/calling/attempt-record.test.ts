import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventId,
  makeId,
  type TenantId,
} from '../../domain/ids.ts';
import { steady, wall } from '../../domain/time.ts';
import { attemptRecord } from './attempt-record.ts';

const random = new Uint8Array(10);
const event = {
  id: makeId<EventId>(1, random),
  tenantId: 'acme' as TenantId,
  type: 'order.paid',
  createdAt: wall(1),
  body: new Uint8Array(),
};
const DELIVERY = {
  id: makeId<DeliveryId>(2, random),
  endpointId: makeId<EndpointId>(3, random),
  event,
  attempts: 4,
  failures: 1,
  interruptions: 0,
  resume: null,
  suspect: false,
} as const;
const ENDED = {
  attemptId: makeId<AttemptId>(4, random),
  madeFrom: { version: 3, sender: 1 },
  startedAt: wall(5),
  endedAt: wall(9),
  result: {
    outcome: 'interrupted',
    connectMs: null,
    durationMs: 4,
    repeated: false,
    response: null,
    error: 'Cut off.',
  },
  next: { state: 'pending', dueAt: steady(9), failures: 1, interruptions: 0, resume: null },
} as const;

describe('the record of an attempt', () => {
  it('has the number after those that are recorded, and everything that is known of how it ended', () => {
    assert.deepEqual(attemptRecord(DELIVERY, ENDED), {
      ...ENDED,
      deliveryId: DELIVERY.id,
      number: 5,
      trigger: 'schedule',
    });
  });

  it('is manual when somebody asked for the attempt, whatever the delivery was before', () => {
    for (const resume of [
      { state: 'pending', dueAt: steady(7) },
      { state: 'succeeded', endedAt: wall(7) },
      { state: 'exhausted', endedAt: wall(7) },
      { state: 'cancelled', endedAt: wall(7) },
    ] as const) {
      assert.equal(attemptRecord({ ...DELIVERY, resume }, ENDED).trigger, 'manual');
    }
  });
});
