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
  description: `States of the deliveries: one or more of ${END_STATES.join(', ')}, each once. Default: ["exhausted"].`,
});

const RATE = Type.Integer({
  minimum: MIN_REPLAY_RATE,
  maximum: MAX_REPLAY_RATE,
  description: `Attempts per second over all processes together, ${MIN_REPLAY_RATE} to ${MAX_REPLAY_RATE}. Default: ${DEFAULT_REPLAY_RATE}. A slow endpoint gets fewer.`,
});

export const NewReplayBody = Type.Object(
  {
    endpointId: Type.Optional(uuid('Only deliveries to this endpoint. Default: every endpoint.')),
    eventTypes: Type.Optional(EVENT_TYPES),
    states: Type.Optional(STATES),
    since: Type.Optional(givenTime('Only deliveries created at this time or later.')),
    until: Type.Optional(
      givenTime('Only deliveries created before this time. Default, and latest possible: the time of the request.'),
    ),
    ratePerSecond: Type.Optional(RATE),
    dryRun: Type.Optional(Type.Boolean({ description: 'True: only count the deliveries; nothing is attempted.' })),
  },
  {
    ...CLOSED,
    title: 'NewReplay',
    description: 'The deliveries that get one more attempt. A delivery must match all conditions.',
  },
);

export const DryRunSchema = Type.Object(
  {
    dryRun: Type.Literal(true),
    total: Type.Integer({ description: 'Number of deliveries that a replay would attempt.' }),
  },
  { title: 'ReplayDryRun', description: 'The effect that a replay would have. Nothing was attempted.' },
);

export const ReplaySchema = Type.Object(
  {
    id: uuid('Id of the replay.'),
    state: Type.Enum([...REPLAY_STATES], { type: 'string', description: 'running, completed or cancelled.' }),
    endpointId: nullableText('The only endpoint; null means every endpoint.'),
    eventTypes: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Exact types or prefixes; null means every type.',
    }),
    states: Type.Array(Type.Enum([...END_STATES], { type: 'string' })),
    since: nullableTime('Only deliveries created at this time or later; null means no limit.'),
    until: time('Only deliveries created before this time.'),
    ratePerSecond: Type.Integer(),
    total: Type.Integer({ description: 'Number of deliveries, counted when the replay was created.' }),
    replayed: Type.Integer({ description: 'Deliveries that got one more attempt so far.' }),
    skipped: Type.Integer({
      description:
        'Deliveries skipped so far: endpoint disabled or deleted, already pending, changed since, or pruned.',
    }),
    createdAt: time('When it was created.'),
    endedAt: nullableTime('When it was completed or cancelled; null while it is running.'),
  },
  { title: 'Replay', description: 'Makes one more attempt of many deliveries, in the background.' },
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
