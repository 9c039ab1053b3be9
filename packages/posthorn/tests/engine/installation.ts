// One engine on simulated time with a scripted receiver and the production statements on an in-memory database.

import assert from 'node:assert/strict';
import { DEFAULT_SETTINGS, type EndpointSettings } from '../../src/domain/endpoint/settings.ts';
import type { EndpointId, TenantId } from '../../src/domain/ids.ts';
import { headerNamesOf } from '../../src/domain/profile.ts';
import { Engine, type EngineSettings } from '../../src/engine/engine.ts';
import type { Report } from '../../src/engine/reports.ts';
import type { Store } from '../../src/seams/store/index.ts';
import { Dice } from '../support/dice.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { type Behaviour, ScriptedSender, type WireCall } from '../support/scripted-sender.ts';
import { SimulatedTime } from '../support/simulated-time.ts';

export const ACME = 'acme' as TenantId;

const SETTINGS: EngineSettings = {
  endpointConcurrency: 4,
  retentionDays: 30,
  senderProfile: { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/test' },
  encryptionKey: new Uint8Array(32).fill(1),
};

export class Installation {
  readonly time = new SimulatedTime();
  readonly store: Store = createMemoryStore();
  readonly calls: WireCall[] = [];
  readonly reports: Report[] = [];
  engine: Engine;
  /** How the receiver behind a URL meets its next call; the default is 204 after 5 ms. */
  behave: (url: string, earlier: number) => Behaviour = () => ({ kind: 'answer', status: 204, afterMs: 5 });
  readonly #dice = new Dice(1);

  constructor() {
    this.engine = this.newEngine();
  }

  /** Another process on the same store. */
  newEngine(store: Store = this.store): Engine {
    return new Engine({
      store,
      sender: new ScriptedSender(
        this.time,
        (url, earlier) => this.behave(url, earlier),
        (call) => this.calls.push(call),
      ),
      clock: this.time.clock(),
      random: this.#dice.random(),
      settings: SETTINGS,
      report: (report) => this.reports.push(report),
    });
  }

  /** Starts the engine with one tenant. */
  async start(): Promise<this> {
    await this.store.putTenant(ACME, undefined, this.time.wallNow);
    await this.wait(this.engine.start());
    return this;
  }

  async endpoint(overrides: Partial<EndpointSettings> = {}): Promise<EndpointId> {
    const settings: EndpointSettings = {
      ...DEFAULT_SETTINGS,
      url: 'https://receiver.example/hook',
      secrets: ['a secret of good length'],
      ...overrides,
    };
    const created = await this.engine.createEndpoint(ACME, settings, 'key');
    assert.ok(typeof created === 'object');
    return created.id;
  }

  /** Posts events and lets them be accepted. */
  async post(count = 1, type = 'order.created') {
    const drafts = Array.from({ length: count }, (_, n) => ({ id: null, type, payload: `{"n":${n}}` }));
    const answer = await this.wait(this.engine.accept(ACME, drafts));
    assert.ok(answer.kind === 'accepted');
    return answer.events;
  }

  /** Lets time pass until a promise of the engine's has ended, at most a simulated hour. */
  async wait<Result>(promise: Promise<Result>): Promise<Result> {
    let ended = false;
    const mark = () => {
      ended = true;
    };
    promise.then(mark, mark);
    await this.time.run(this.time.now + 3_600_000, () => ended);
    return await promise;
  }

  /** Start times of all calls, in milliseconds after `since`. */
  startsSince(since: number): number[] {
    return this.calls.map(({ startedAt }) => startedAt - since);
  }

  async states(): Promise<string[]> {
    return (await this.store.deliveries(ACME, {}, { limit: 100, after: null })).items.map(({ state }) => state);
  }
}
