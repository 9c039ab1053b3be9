// The same event from many callers at once: it is one event, whoever wins; other content under its id is refused; and what
// was sent to the receiver is sent once.
import { randomUUID } from 'node:crypto';
import { member, text } from '../../posthorn/tests/support/api-bench.ts';
import { until } from '../../posthorn/tests/support/waiting.ts';
import type { Judge } from './judge.ts';
import { OWN, problemOf, type Scene } from './scene.ts';
import { Caller } from './wire.ts';

const CALLERS = 50;
const ROUNDS = 10;
/** A tenant of its own: what fuzzing has left elsewhere would want the events, too. */
const TENANT = 'racers';
const TYPE = 'race.event';

/** @returns how many requests raced. @throws when an event came to be twice, or not at all */
export async function race(scene: Scene, judge: Judge): Promise<number> {
  await scene.call('PUT', `/v1/tenants/${TENANT}`, {});
  await scene.call('POST', `/v1/tenants/${TENANT}/endpoints`, { url: `${scene.receiverUrl}/race`, eventTypes: [TYPE] });
  const callers = Array.from({ length: CALLERS }, () => new Caller(scene.service.port));
  const ids: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const id = randomUUID();
    ids.push(id);
    const answers = await Promise.all(
      callers.map(async (caller, index) => {
        const words = `event ${id} from caller ${index}`;
        const payload = { card: index % 5 === 4 ? 'other' : 'same' };
        const body = JSON.stringify(
          index % 10 === 0 ? { events: [{ id, type: TYPE, payload }] } : { id, type: TYPE, payload },
        );
        const path = `/v1/tenants/${TENANT}/events${index % 10 === 0 ? '/batch' : ''}`;
        const answer = await caller.ask(scene.request('POST', path, body));
        if (answer === undefined) throw new Error(`no answer to ${words}`);
        judge.look({ words }, answer);
        const shown = problemOf(answer);
        const event = member(shown, 'events', 0) ?? shown;
        return { status: answer.status, card: payload.card, delivery: member(event, 'deliveries', 0, 'id') };
      }),
    );
    const first = answers.filter(({ status }) => status === 202);
    const winner = first[0]?.card;
    if (first.length !== 1) throw new Error(`${first.length} callers were told that event ${id} is new`);
    for (const { status, card, delivery } of answers) {
      const wanted = card === winner ? [200, 202] : [409];
      if (!wanted.includes(status)) throw new Error(`event ${id}: content ${card} was answered ${status}`);
      if (card === winner && delivery !== first[0]?.delivery) throw new Error(`event ${id} has two deliveries`);
    }
  }
  for (const caller of callers) caller.close();
  const calls = (id: string) => scene.receiver.requests.filter(({ head }) => head.includes(id)).length;
  await until('the events that raced are delivered', 10_000, async () => {
    const list = await scene.call(
      'GET',
      `/v1/tenants/${TENANT}/deliveries?eventType=${TYPE}&state=succeeded&limit=200`,
    );
    return Object.keys(Object(member(list, 'data'))).length >= ROUNDS;
  });
  for (const id of ids) if (calls(id) !== 1) throw new Error(`event ${id} was delivered ${calls(id)} times`);
  return CALLERS * ROUNDS;
}

/** The id of an endpoint that calls this receiver with these headers; `undefined` when they are refused. */
export async function endpointWith(
  scene: Scene,
  caller: Caller,
  judge: Judge,
  headers: string,
): Promise<string | undefined> {
  const body = `{"url":"${scene.receiverUrl}/headers","eventTypes":["never.sent"],"headers":${headers}}`;
  const answer = await caller.ask(scene.request('POST', `/v1/tenants/${OWN}/endpoints`, body));
  if (answer === undefined) throw new Error(`no answer to the headers ${headers}`);
  judge.look({ words: `an endpoint with the headers ${headers}`, tenant: OWN }, answer);
  return answer.status === 201 ? text(problemOf(answer), 'id') : undefined;
}
