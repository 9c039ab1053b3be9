import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { SimulatedTime } from '../../../tests/support/simulated-time.ts';
import type { LeasedDelivery } from '../../domain/delivery.ts';
import { type DeliveryId, type EndpointId, type EventId, makeId, type TenantId } from '../../domain/ids.ts';
import { wall } from '../../domain/time.ts';
import { DueNotice } from '../due-notice.ts';
import type { LaneRules } from '../endpoints/lane-rules.ts';
import type { LaneHealth } from './lane-health.ts';
import { Lanes, leasedBytes } from './lanes.ts';

const TENANT = 'acme' as TenantId;

let ids = 0;

function id<Id extends DeliveryId | EndpointId | EventId>(): Id {
  ids += 1;
  return makeId<Id>(ids, new Uint8Array(10));
}

function delivery(endpointId: EndpointId, bytes = 1_000): LeasedDelivery {
  const event = {
    id: id<EventId>(),
    tenantId: TENANT,
    type: 'a.b',
    createdAt: wall(0),
    body: new Uint8Array(bytes),
  };
  return {
    id: id<DeliveryId>(),
    endpointId,
    event,
    attempts: 0,
    failures: 0,
    interruptions: 0,
    resume: null,
    suspect: false,
  };
}

describe('lanes', () => {
  let started: LeasedDelivery[];
  let allowed: boolean;
  let rooms: number;
  let time: SimulatedTime;
  let lanes: Lanes;
  /** Of endpoints that do not have those of the others. */
  let rules: Map<EndpointId, LaneRules>;
  /** Whether rules are at hand. */
  let known: boolean;

  beforeEach(() => {
    started = [];
    allowed = true;
    rooms = 0;
    time = new SimulatedTime();
    const due = new DueNotice();
    due.tell({
      mayClaim: () => {
        rooms += 1;
      },
      lookAround() {},
    });
    rules = new Map();
    known = true;
    lanes = new Lanes(time.clock(), due, {
      rulesOf: (tenantId, endpointId) => {
        assert.equal(tenantId, TENANT);
        return known ? (rules.get(endpointId) ?? { concurrency: 4 }) : undefined;
      },
      mayStart: () => allowed,
      onTurn: (one) => started.push(one),
    });
  });

  const startedFor = (endpointId: EndpointId) => started.filter((one) => one.endpointId === endpointId).length;
  const finishOne = async () => {
    const one = started.shift();
    assert.ok(one !== undefined);
    lanes.finished(one, 'healthy');
    await time.pass(0);
  };
  /** Starts what may be started, over as many turns as it takes. */
  const pump = async () => {
    lanes.pump();
    await time.pass(0);
  };
  /** All that is under way ends like this. */
  const finishAll = (health: LaneHealth | undefined) => {
    for (const one of started.splice(0)) lanes.finished(one, health);
  };
  /** Each of the endpoints gets one delivery, whose call ends like this. */
  const callAll = async (endpoints: readonly EndpointId[], health: LaneHealth | undefined) => {
    for (const endpoint of endpoints) lanes.offer(delivery(endpoint));
    await pump();
    while (lanes.size > 0) {
      finishAll(health);
      await time.pass(10);
    }
  };

  it('never has more calls under way to one endpoint than its concurrency', async () => {
    const endpoint = id<EndpointId>();
    for (let i = 0; i < 10; i++) lanes.offer(delivery(endpoint));
    await pump();
    assert.equal(started.length, 4);
    await finishOne();
    assert.equal(lanes.active, 4);
  });

  it('starts a delivery of another lane at once, however much waits behind a hanging one', async () => {
    const hanging = id<EndpointId>();
    while (lanes.offer(delivery(hanging)));
    await pump();
    const healthy = id<EndpointId>();
    assert.ok(lanes.offer(delivery(healthy)));
    await pump();
    assert.equal(startedFor(healthy), 1);
  });

  it('leaves slots for lanes that answer though a thousand others keep running out of time', async () => {
    for (let i = 0; i < 1_000; i++) {
      const hanging = id<EndpointId>();
      for (let n = 0; n < 20; n++) lanes.offer(delivery(hanging));
    }
    await pump();
    for (let round = 0; round < 4; round++) {
      finishAll('hanging');
      await time.pass(2_000);
    }
    assert.equal(lanes.active, 512);
    const healthy = id<EndpointId>();
    for (let n = 0; n < 4; n++) assert.ok(lanes.offer(delivery(healthy)));
    await pump();
    assert.equal(startedFor(healthy), 4);
  });

  it('leaves slots for lanes that answer though a thousand with one delivery each ran out of time before', async () => {
    const hanging = Array.from({ length: 1_200 }, () => id<EndpointId>());
    for (const endpoint of hanging) lanes.offer(delivery(endpoint));
    await pump();
    while (lanes.active > 0) {
      finishAll('hanging');
      await pump();
    }
    assert.equal(lanes.size, 0);
    for (const endpoint of hanging) lanes.offer(delivery(endpoint));
    await pump();
    await time.pass(2_000);
    assert.equal(lanes.active, 512);
    const healthy = id<EndpointId>();
    lanes.offer(delivery(healthy));
    await pump();
    assert.equal(startedFor(healthy), 1);
  });

  it('leaves slots for lanes that answer also when calls of those that hang were cut off meanwhile', async () => {
    const hanging = Array.from({ length: 1_200 }, () => id<EndpointId>());
    for (const health of ['hanging', undefined] as const) await callAll(hanging, health);
    for (const endpoint of hanging) lanes.offer(delivery(endpoint));
    await pump();
    await time.pass(2_000);
    assert.equal(lanes.active, 512);
  });

  it('lets endpoints that failed and have no lane start as if they had not', async () => {
    const endpoints = Array.from({ length: 600 }, () => id<EndpointId>());
    for (let round = 0; round < 2; round++) {
      for (const endpoint of endpoints) lanes.offer(delivery(endpoint));
      await pump();
      assert.equal(lanes.active, 600);
      finishAll('failing');
    }
  });

  it('forgets that a lane ran out of time with its next success', async () => {
    const endpoints = Array.from({ length: 600 }, () => id<EndpointId>());
    for (const health of ['hanging', 'healthy'] as const) await callAll(endpoints, health);
    for (const endpoint of endpoints) lanes.offer(delivery(endpoint));
    await pump();
    assert.equal(lanes.active, 600);
  });

  it('holds a bounded number of bytes, whoever asks', async () => {
    let leased = 0;
    for (let lane = 0; lane < 200; lane++) {
      const endpoint = id<EndpointId>();
      for (let i = 0; i < 1_000; i++) {
        const one = delivery(endpoint, 200_000);
        if (!lanes.offer(one)) break;
        leased += leasedBytes(one.event.body);
      }
    }
    const oneBodyPerLane = 200 * 200_512;
    assert.ok(leased < 64 * 1_024 * 1_024 + oneBodyPerLane, `${leased} bytes`);
    assert.ok(lanes.offer(delivery(id<EndpointId>(), 200_000)), 'an empty lane always takes one');
  });

  it('sends newcomers to the backlog while the lane has one, so that they do not overtake it', async () => {
    const endpoint = id<EndpointId>();
    lanes.noteBacklog(endpoint);
    assert.equal(lanes.reserve(TENANT, endpoint, 100), false);
    lanes.backlogEmpty(endpoint, 1);
    assert.equal(lanes.reserve(TENANT, endpoint, 100), true);
  });

  it('does not believe that a backlog is empty when it was noted after the look', async () => {
    const endpoint = id<EndpointId>();
    lanes.noteBacklog(endpoint);
    const [turn] = lanes.takeTurns(500);
    assert.ok(turn !== undefined);
    lanes.noteBacklog(endpoint);
    lanes.backlogEmpty(endpoint, turn.notes);
    assert.equal(lanes.takeTurns(500).length, 1);
  });

  it('lets every lane with a backlog have its turn when a claim cannot serve all', async () => {
    const endpoints = Array.from({ length: 5 }, () => id<EndpointId>());
    for (const endpoint of endpoints) lanes.noteBacklog(endpoint);
    const served = new Set<EndpointId>();
    for (let i = 0; i < 5; i++) for (const turn of lanes.takeTurns(500)) served.add(turn.endpointId);
    assert.equal(served.size, 5);
  });

  it('says when a lane with a backlog has room', async () => {
    const endpoint = id<EndpointId>();
    for (let i = 0; i < 4; i++) lanes.offer(delivery(endpoint));
    lanes.noteBacklog(endpoint);
    await pump();
    await finishOne();
    assert.equal(rooms, 1);
  });

  it('says when a lane with a backlog has room because what was to come does not', async () => {
    const endpoint = id<EndpointId>();
    let reserved = 0;
    while (lanes.reserve(TENANT, endpoint, 1_000)) reserved += 1;
    lanes.noteBacklog(endpoint);
    assert.equal(lanes.takeTurns(500).length, 0);
    for (let i = 0; i < reserved; i++) lanes.unreserve(endpoint, 1_000);
    assert.ok(rooms > 0);
    assert.equal(lanes.takeTurns(500).length, 1);
  });

  it('says when memory has room because what was to come does not', async () => {
    const [fanOut, other] = [id<EndpointId>(), id<EndpointId>()];
    assert.ok(lanes.reserve(TENANT, fanOut, 64 * 1_024 * 1_024));
    lanes.noteBacklog(other);
    assert.ok(lanes.full);
    lanes.unreserve(fanOut, 64 * 1_024 * 1_024);
    assert.equal(rooms, 1);
  });

  it('claims no more for a lane that had to refuse some until half of what it leased is gone', async () => {
    const endpoint = id<EndpointId>();
    let leased = 0;
    while (lanes.offer(delivery(endpoint, 200_000))) leased += 1;
    lanes.noteBacklog(endpoint);
    await pump();
    for (let left = leased - 1; left > leased / 2; left--) {
      await finishOne();
      assert.deepEqual([rooms, lanes.takeTurns(500).length], [0, 0], `with ${left} of ${leased}`);
    }
    await finishOne();
    assert.equal(rooms, 1);
    const [turn] = lanes.takeTurns(500);
    assert.ok(turn !== undefined && turn.limit >= leased / 2);
  });

  it('begins a few calls a turn, so that what comes in has its turn between them', async () => {
    for (let i = 0; i < 50; i++) {
      const endpoint = id<EndpointId>();
      for (let n = 0; n < 4; n++) lanes.offer(delivery(endpoint));
    }
    lanes.pump();
    lanes.pump();
    assert.equal(started.length, 64);
    await time.pass(0);
    assert.equal(started.length, 200);
  });

  it('starts nothing while nothing may be started', async () => {
    allowed = false;
    const endpoint = id<EndpointId>();
    lanes.offer(delivery(endpoint));
    await pump();
    assert.equal(started.length, 0);
    allowed = true;
    await pump();
    assert.equal(started.length, 1);
  });

  it('serves lanes in turn when slots are scarce', async () => {
    const endpoints = Array.from({ length: 600 }, () => id<EndpointId>());
    allowed = false;
    for (const endpoint of endpoints) for (let i = 0; i < 4; i++) lanes.offer(delivery(endpoint));
    allowed = true;
    await pump();
    for (const endpoint of endpoints) assert.ok(startedFor(endpoint) >= 1);
  });

  it('starts lanes with nothing under way before others, when slots are scarce', async () => {
    const crowd = Array.from({ length: 1_024 }, () => id<EndpointId>());
    for (const endpoint of crowd) for (let i = 0; i < 4; i++) lanes.offer(delivery(endpoint));
    await pump();
    assert.equal(lanes.active, 1_024);
    const newcomer = id<EndpointId>();
    lanes.offer(delivery(newcomer));
    await finishOne();
    assert.equal(startedFor(newcomer), 1);
  });

  it('gives lanes that run out of time and lanes that answer every other turn, when slots are scarce', async () => {
    const slow = Array.from({ length: 300 }, () => id<EndpointId>());
    for (const endpoint of slow) lanes.offer(delivery(endpoint));
    await pump();
    for (const endpoint of slow) lanes.offer(delivery(endpoint));
    allowed = false;
    finishAll('hanging');
    const answering = Array.from({ length: 3_000 }, () => id<EndpointId>());
    for (const endpoint of answering) lanes.offer(delivery(endpoint));
    allowed = true;
    await pump();
    assert.equal(lanes.active, 1_024);
    const served = new Set(started.map(({ endpointId }) => endpointId));
    for (let ended = 0; ended < 1_000; ended++) {
      await finishOne();
      await time.pass(1);
      served.add(started.at(-1)?.endpointId ?? id());
    }
    for (const endpoint of slow) assert.ok(served.has(endpoint));
  });

  describe('whose calls fail', () => {
    const crowd = (endpointId: EndpointId) => {
      for (let i = 0; i < 1_000; i++) lanes.offer(delivery(endpointId));
    };
    const callsWithin = async (ms: number, health: LaneHealth) => {
      const until = time.now + ms;
      let calls = 0;
      while (time.now < until) {
        await time.pass(1);
        calls += started.length;
        finishAll(health);
      }
      return calls;
    };

    for (const health of ['failing', 'hanging'] as const) {
      it(`start five hundred calls a second together while they are ${health}`, async () => {
        for (let i = 0; i < 20; i++) crowd(id<EndpointId>());
        await pump();
        finishAll(health);
        const calls = await callsWithin(2_000, health);
        assert.ok(calls > 900 && calls <= 1_005, `${calls}`);
      });
    }

    it('start with the next success as many as ever', async () => {
      const endpoint = id<EndpointId>();
      crowd(endpoint);
      await pump();
      await callsWithin(50, 'failing');
      await time.pass(10);
      assert.equal(started.length, 4);
      await finishOne();
      for (let i = 0; i < 100; i++) await finishOne();
      assert.equal(lanes.active, 4);
    });

    it('hold nobody up whose calls succeed', async () => {
      const failing = id<EndpointId>();
      crowd(failing);
      await pump();
      finishAll('failing');
      finishAll('failing');
      const healthy = id<EndpointId>();
      crowd(healthy);
      await pump();
      for (let served = 0; served < 500; served++) {
        const at = started.findIndex(({ endpointId }) => endpointId === healthy);
        const [one] = started.splice(at, 1);
        assert.equal(one?.endpointId, healthy);
        lanes.finished(one, 'healthy');
        await time.pass(0);
      }
    });

    it('start one more for each call of the others', async () => {
      const [failing, healthy] = [id<EndpointId>(), id<EndpointId>()];
      crowd(failing);
      await pump();
      while (lanes.active > 0) finishAll('failing');
      for (let calls = 1; calls <= 300; calls++) {
        lanes.offer(delivery(healthy));
        await pump();
        assert.deepEqual([startedFor(healthy), startedFor(failing)], [1, 1]);
        for (const one of started.splice(0)) lanes.finished(one, one.endpointId === healthy ? 'healthy' : 'failing');
      }
    });

    it('have their turns though others that fail have more waiting', async () => {
      const endpoints = Array.from({ length: 20 }, () => id<EndpointId>());
      for (const endpoint of endpoints) crowd(endpoint);
      await pump();
      finishAll('failing');
      const begun = new Map<EndpointId, number>();
      for (let ms = 0; ms < 1_000; ms++) {
        await time.pass(1);
        for (const { endpointId } of started) begun.set(endpointId, (begun.get(endpointId) ?? 0) + 1);
        finishAll('failing');
      }
      for (const endpoint of endpoints) assert.ok((begun.get(endpoint) ?? 0) >= 20);
    });
  });

  describe('by the rules of their endpoints', () => {
    it('have as many calls under way as each of them may', async () => {
      const [one, two, four] = [id<EndpointId>(), id<EndpointId>(), id<EndpointId>()];
      rules.set(one, { concurrency: 1 });
      rules.set(two, { concurrency: 2 });
      for (let i = 0; i < 6; i++) for (const endpoint of [one, two, four]) assert.ok(lanes.offer(delivery(endpoint)));
      await pump();
      assert.deepEqual([one, two, four].map(startedFor), [1, 2, 4]);
      finishAll('healthy');
      await pump();
      assert.deepEqual([one, two, four].map(startedFor), [1, 2, 2]);
    });

    it('start more at once when they may, and wait until fewer are under way when they may no more', async () => {
      const endpoint = id<EndpointId>();
      for (let i = 0; i < 20; i++) assert.ok(lanes.offer(delivery(endpoint)));
      await pump();
      lanes.follow(endpoint, { concurrency: 6 });
      await time.pass(0);
      assert.equal(startedFor(endpoint), 6);
      lanes.follow(endpoint, { concurrency: 2 });
      for (let left = 6; left > 2; left--) await finishOne();
      assert.equal(startedFor(endpoint), 2);
      await finishOne();
      assert.equal(startedFor(endpoint), 2, 'one for the one that ended');
    });

    it('make one call at a time as long as these are not known', async () => {
      const endpoint = id<EndpointId>();
      known = false;
      for (let i = 0; i < 9; i++) assert.ok(lanes.offer(delivery(endpoint)));
      await pump();
      assert.equal(startedFor(endpoint), 1);
      lanes.follow(endpoint, { concurrency: 3 });
      await time.pass(0);
      assert.equal(startedFor(endpoint), 3);
    });

    it('learn from what may be out of date only if they know none', async () => {
      const endpoint = id<EndpointId>();
      known = false;
      for (let i = 0; i < 9; i++) assert.ok(lanes.offer(delivery(endpoint)));
      lanes.learn(endpoint, { concurrency: 2 });
      lanes.learn(endpoint, { concurrency: 3 });
      await pump();
      assert.equal(startedFor(endpoint), 2);
    });

    it('do not, once they were told that it is one call at a time', async () => {
      const endpoint = id<EndpointId>();
      known = false;
      for (let i = 0; i < 9; i++) assert.ok(lanes.offer(delivery(endpoint)));
      lanes.follow(endpoint, { concurrency: 1 });
      lanes.learn(endpoint, { concurrency: 3 });
      await pump();
      assert.equal(startedFor(endpoint), 1);
    });

    it('ask for them again with the next delivery', async () => {
      const endpoint = id<EndpointId>();
      known = false;
      lanes.noteBacklog(endpoint);
      for (let i = 0; i < 6; i++) assert.ok(lanes.offer(delivery(endpoint)));
      known = true;
      assert.ok(lanes.offer(delivery(endpoint)));
      await pump();
      assert.equal(startedFor(endpoint), 4);
    });

    it('take a slot on probation only if one is free', async () => {
      const endpoint = id<EndpointId>();
      rules.set(endpoint, { concurrency: 1 });
      assert.ok(lanes.offer(delivery(endpoint)));
      await pump();
      assert.ok(lanes.offer({ ...delivery(endpoint), interruptions: 3 }));
      await pump();
      assert.equal(startedFor(endpoint), 1);
      await finishOne();
      assert.equal(startedFor(endpoint), 1);
    });
  });

  describe('on probation', () => {
    const suspicious = (endpointId: EndpointId): LeasedDelivery => ({ ...delivery(endpointId), interruptions: 3 });

    it('starts one at a time, whatever endpoints they are for, and others as ever', async () => {
      const endpoints = [id<EndpointId>(), id<EndpointId>(), id<EndpointId>()] as const;
      for (const endpoint of endpoints) lanes.offer(suspicious(endpoint));
      await pump();
      assert.deepEqual(
        started.map(({ endpointId }) => endpointId),
        [endpoints[0]],
      );
      lanes.offer(delivery(endpoints[1]));
      await pump();
      assert.equal(startedFor(endpoints[1]), 1, 'one that is not on probation waits for nobody');
      await finishOne();
      assert.equal(startedFor(endpoints[1]), 2);
      assert.equal(startedFor(endpoints[2]), 0);
    });

    it('waits for a slot of its endpoint, and lets one go first whose endpoint has one', async () => {
      const [busy, idle] = [id<EndpointId>(), id<EndpointId>()];
      for (let i = 0; i < 4; i++) lanes.offer(delivery(busy));
      await pump();
      lanes.offer(suspicious(busy));
      lanes.offer(suspicious(idle));
      await pump();
      assert.deepEqual([startedFor(busy), startedFor(idle)], [4, 1]);
    });

    it('gives them back when cleared', async () => {
      const endpoint = id<EndpointId>();
      for (let i = 0; i < 3; i++) lanes.offer(suspicious(endpoint));
      await pump();
      assert.equal(lanes.clear().length, 2);
      await finishOne();
      await lanes.idle();
      assert.equal(lanes.size, 0);
    });
  });

  it('returns what has not begun when cleared, and forgets lanes that hold nothing', async () => {
    const endpoint = id<EndpointId>();
    for (let i = 0; i < 10; i++) lanes.offer(delivery(endpoint));
    await pump();
    assert.equal(lanes.clear().length, 6);
    while (started.length > 0) await finishOne();
    await lanes.idle();
    assert.equal(lanes.size, 0);
    assert.ok(lanes.reserve(TENANT, endpoint, 100));
    lanes.unreserve(endpoint, 100);
    assert.equal(lanes.size, 0);
  });
});
