// A replay as the API takes and shows it.
import { type Static, Type } from 'typebox';
import { DEFAULT_REPLAY_RATE, MAX_REPLAY_RATE, MIN_REPLAY_RATE, REPLAY_STATES } from '../../../domain/replay.ts';
import { isoTime } from '../../../domain/time.ts';
import type { Replay } from '../../../seams/store/replays.ts';
import { EVENT_TYPES } from './endpoint.ts';
import { CLOSED, givenTime, nullableText, nullableTime, PAGE_QUERY, page, time, uuid } from './fields.ts';

const END_STATES = ['succeeded', 'exhausted', 'cancelled'] as const;

const STATES = Type.Array(Type.Enum([...END_STATES], { type: 'string' }), {
  minItems: 1,
  maxItems: END_STATES.length,
  uniqueItems: true,
  description: `Their states: one or more of ${END_STATES.join(', ')}, each once. ["exhausted"] when left out.`,
});

const RATE = Type.Integer({
  minimum: MIN_REPLAY_RATE,
  maximum: MAX_REPLAY_RATE,
  description: `Attempts per second, ${MIN_REPLAY_RATE} to ${MAX_REPLAY_RATE}, whatever number of processes there are; ${DEFAULT_REPLAY_RATE} when left out. Endpoints that do not keep up are given less.`,
});

export const NewReplayBody = Type.Object(
  {
    endpointId: Type.Optional(uuid('Only deliveries to this endpoint; left out, to every one.')),
    eventTypes: Type.Optional(EVENT_TYPES),
    states: Type.Optional(STATES),
    since: Type.Optional(givenTime('Only deliveries created then or later.')),
    until: Type.Optional(
      givenTime('Only deliveries created before; the moment of the request when left out or later.'),
    ),
    ratePerSecond: Type.Optional(RATE),
    dryRun: Type.Optional(Type.Boolean({ description: 'True: count the deliveries, and do nothing.' })),
  },
  { ...CLOSED, title: 'NewReplay', description: 'Which deliveries get one more attempt. All conditions must hold.' },
);

export const DryRunSchema = Type.Object(
  {
    dryRun: Type.Literal(true),
    total: Type.Integer({ description: 'Deliveries that a replay would be about.' }),
  },
  { title: 'ReplayDryRun', description: 'The effect that a replay would have. Nothing has been done.' },
);

export const ReplaySchema = Type.Object(
  {
    id: uuid('Id of the replay.'),
    state: Type.Enum([...REPLAY_STATES], { type: 'string', description: 'running, completed or cancelled.' }),
    endpointId: nullableText('The only endpoint; null for every one.'),
    eventTypes: Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'null for every type.' }),
    states: Type.Array(Type.Enum([...END_STATES], { type: 'string' })),
    since: nullableTime('Deliveries created then or later; null for ever.'),
    until: time('Deliveries created before.'),
    ratePerSecond: Type.Integer(),
    total: Type.Integer({ description: 'Deliveries that it is about, counted when it was created.' }),
    replayed: Type.Integer({ description: 'Deliveries given one more attempt so far.' }),
    skipped: Type.Integer({
      description:
        'Deliveries passed over so far: by then their endpoint was disabled or gone, or they were pending, ended anew or no longer kept.',
    }),
    createdAt: time('When it was created.'),
    endedAt: nullableTime('When it was completed or cancelled; null while it is running.'),
  },
  { title: 'Replay', description: 'One more attempt of many deliveries, in the background.' },
);

export const ReplayList = page('ReplayList', ReplaySchema);
export const ReplayListQuery = Type.Object(PAGE_QUERY, CLOSED);

/** A replay as it is answered. */
export function showReplay(replay: Replay): Static<typeof ReplaySchema> {
  const { eventTypes, since, endedAt } = replay;
  return {
    id: replay.id,
    state: replay.state,
    endpointId: replay.endpointId,
    eventTypes: eventTypes === null ? null : [...eventTypes],
    states: [...replay.states],
    since: since === null ? null : isoTime(since),
    until: isoTime(replay.until),
    ratePerSecond: replay.ratePerSecond,
    total: replay.total,
    replayed: replay.replayed,
    skipped: replay.skipped,
    createdAt: isoTime(replay.createdAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
  };
}
