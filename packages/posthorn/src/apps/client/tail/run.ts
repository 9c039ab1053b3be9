// `posthorn tail` as a process: attempts as they happen, until Ctrl-C or until nobody reads any more.
import type { ApiAccess } from '../../command/api-client.ts';
import { EXIT } from '../../command/exit-codes.ts';
import { stopSignal } from '../../command/signals.ts';
import { inert, inertJson } from '../../terminal/inert.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { isTenant } from '../answers.ts';
import { EndpointNames } from '../endpoint-names.ts';
import { Posthorn, tenantPath } from '../posthorn.ts';
import { noTenant } from '../tenants.ts';
import { longMoment } from '../times.ts';
import { endedAt, readAttempt } from './attempt.ts';
import { follow, type Happening } from './follow.ts';
import { TailLines } from './line.ts';

/** The options of `posthorn tail`. */
export interface TailFlags {
  readonly tenant?: string;
  readonly endpoint?: string;
  readonly failures?: boolean;
  readonly json?: boolean;
}

/** Shows attempts until a signal ends it. */
export async function tail(access: ApiAccess, flags: TailFlags, terminal: Terminal): Promise<void> {
  const { tenant, endpoint } = flags;
  const posthorn = new Posthorn(access);
  if (tenant !== undefined && (await posthorn.find(isTenant, tenantPath(tenant))) === undefined) {
    throw await noTenant(posthorn, tenant);
  }
  const stop = new AbortController();
  void stopSignal(() => process.exit(EXIT.done)).then(() => stop.abort());
  const query = new URLSearchParams({
    ...(tenant !== undefined && { tenant }),
    ...(endpoint !== undefined && { endpointId: endpoint }),
  });
  const shown = new Tail(flags, new EndpointNames(posthorn), terminal);
  const end = AbortSignal.any([stop.signal, terminal.unread]);
  for await (const happening of follow(access, `/v1/stream?${query}`, end)) {
    await shown.take(happening);
    await terminal.taken();
  }
}

class Tail {
  readonly #flags: TailFlags;
  readonly #names: EndpointNames;
  readonly #terminal: Terminal;
  readonly #lines: TailLines;
  #isUnknownTold = false;
  /**
   * Up to when everything is known here, in ISO 8601. It is what the server said of its last attempt, not when it came: a
   * broken connection is noticed late, and what a slow reader gets is old.
   */
  #knownUntil = new Date().toISOString();

  constructor(flags: TailFlags, names: EndpointNames, terminal: Terminal) {
    this.#flags = flags;
    this.#names = names;
    this.#terminal = terminal;
    this.#lines = new TailLines(terminal.paint);
  }

  async take(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'message':
        if (happening.event === 'ready') this.#say('Waiting for attempts. Ctrl-C ends it.');
        if (happening.event === 'attempted') await this.#attempted(happening.data);
        return;
      case 'lost':
        this.#say(`The connection is gone (${inert(happening.why)}); trying to get it back.`);
        return;
      case 'back':
        this.#say('Connected again.');
        return;
      case 'missed':
        this.#say(this.#missed());
        this.#knownUntil = new Date().toISOString();
    }
  }

  #missed(): string {
    const { tenant, endpoint } = this.#flags;
    const command = [
      'posthorn deliveries',
      ...(tenant === undefined ? [] : ['--tenant', inert(tenant)]),
      ...(endpoint === undefined ? [] : ['--endpoint', endpoint]),
      '--since',
      this.#knownUntil,
    ].join(' ');
    return `Attempts since ${longMoment(this.#knownUntil)} are not known here any more: ${command} lists the deliveries made since, not attempts of older ones.`;
  }

  async #attempted(data: string): Promise<void> {
    const attempt = readAttempt(data);
    if (attempt === undefined) {
      if (!this.#isUnknownTold) this.#say('The server tells attempts in a way that this version does not know.');
      this.#isUnknownTold = true;
      return;
    }
    this.#knownUntil = endedAt(attempt) ?? this.#knownUntil;
    if (this.#flags.failures === true && attempt.outcome === 'succeeded') return;
    if (this.#flags.json === true) {
      this.#terminal.print(inertJson(data));
      return;
    }
    const name = await this.#names.name(attempt.tenant, attempt.endpointId);
    this.#terminal.print(this.#lines.line(attempt, name, Date.now()));
  }

  #say(sentence: string): void {
    this.#terminal.note(this.#terminal.paintNote('gray', sentence));
  }
}
