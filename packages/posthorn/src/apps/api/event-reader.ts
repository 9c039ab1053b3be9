// Takes the text of a posted event apart without ever parsing its payload: what is named in the schema is checked by the
// schema, the payload goes on as the text it came as.

import { type EnvelopeFault, envelopeFaults, eventIdIn, eventTypeIn } from '../../domain/envelope.ts';
import { type EventId, readEventId, type TenantId } from '../../domain/ids.ts';
import { jsonElements, jsonKind, jsonMembers } from '../../domain/json.ts';
import type { EventDraft } from '../../engine/engine.ts';
import type { SampleEvent } from '../samples/iadvize.ts';
import { MAX_BATCH_EVENTS, MAX_PAYLOAD_BYTES } from './limits.ts';
import { type FieldError, invalid, Problem } from './problems.ts';
import { BatchBody, EventBody, TestBody } from './schemas/event.ts';
import { fieldErrors, fieldName } from './validation.ts';

/** Stands for values that are not looked into: only their kind is checked. */
const EMPTY = { object: {}, array: [], number: 0, boolean: false, null: null } as const;
/** Shown at most: a batch may have a thousand. */
const MAX_REPORTED_ERRORS = 20;

type Members = ReadonlyMap<string, string>;

/**
 * Reads a posted event.
 * @param body its text, as the body reader hands it on
 * @throws Problem that names every field at fault
 */
export function readEvent(tenantId: TenantId, body: unknown): EventDraft {
  const { outline, members } = look(textOf(body));
  refuse(fieldErrors(EventBody, outline));
  const draft = draftOf(tenantId, members, []);
  refuse(contradictions(draft, []));
  return draft;
}

/**
 * Reads a posted batch.
 * @throws Problem that names the index of each event at fault
 */
export function readBatch(tenantId: TenantId, body: unknown): EventDraft[] {
  const whole = look(textOf(body));
  const list = whole.members.get('events') ?? 'null';
  // One more than allowed is enough to refuse it.
  const events = jsonKind(list) === 'array' ? jsonElements(list, MAX_BATCH_EVENTS + 1).map(look) : undefined;
  const outlines = events?.map(({ outline }) => outline);
  refuse(
    fieldErrors(BatchBody, outlines === undefined ? whole.outline : { ...Object(whole.outline), events: outlines }),
  );
  const drafts = (events ?? []).map(({ members }, index) => draftOf(tenantId, members, pathOf(index)));
  refuse(drafts.flatMap((draft, index) => contradictions(draft, pathOf(index))));
  refuse(repeatedIds(drafts));
  return drafts;
}

/**
 * Reads the body of a test call. The type is the body's, or else its payload's, or else the sample's.
 * @param sampleOf the sample of a type, or what the endpoint is shown if nobody names one
 * @throws Problem that names every field at fault
 */
export function readTest(body: unknown, sampleOf: (type: string | undefined) => SampleEvent): EventDraft {
  const { outline, members } = look(textOf(body));
  refuse(fieldErrors(TestBody, outline));
  const posted = members.get('payload');
  const type = textMember(members, 'type') ?? (posted === undefined ? undefined : eventTypeIn(posted));
  const sample = sampleOf(type);
  const payload = posted ?? sample.payload;
  refuseLarge(payload, []);
  const draft = { id: eventIdIn(payload), ownId: null, type: type ?? sample.type, payload };
  refuse(contradictions(draft, []));
  return draft;
}

/** No body says as much as an empty object. */
function textOf(body: unknown): string {
  return typeof body === 'string' ? body : '{}';
}

interface Look {
  /** The value as far as a schema looks at it: texts and keys as they are, everything else by its kind. */
  readonly outline: unknown;
  /** The texts of its members, if it is an object. */
  readonly members: Members;
}

const NO_MEMBERS: Members = new Map();

function look(text: string): Look {
  if (jsonKind(text) !== 'object') return { outline: stub(text), members: NO_MEMBERS };
  const members = jsonMembers(text);
  // Without a prototype, so that a member called __proto__ is one like any other, and refused.
  const outline: Record<string, unknown> = Object.create(null);
  for (const [name, member] of members) outline[name] = name === 'keys' ? JSON.parse(member) : stub(member);
  return { outline, members };
}

function stub(text: string): unknown {
  const kind = jsonKind(text);
  return kind === 'string' ? JSON.parse(text) : EMPTY[kind];
}

function pathOf(index: number): readonly string[] {
  return ['events', String(index)];
}

function draftOf(tenantId: TenantId, members: Members, path: readonly string[]): EventDraft {
  const payload = members.get('payload') ?? '';
  refuseLarge(payload, path);
  const named = textMember(members, 'id');
  const given = named === undefined ? undefined : readEventId(tenantId, named);
  const { id, ownId } = given ?? { id: eventIdIn(payload), ownId: null };
  return { id, ownId, keys: keysOf(members), type: textMember(members, 'type') ?? '', payload };
}

function keysOf(members: Members): string[] {
  const text = members.get('keys');
  return text === undefined ? [] : JSON.parse(text);
}

const CONTRADICTIONS: Readonly<Record<EnvelopeFault['reason'], string>> = {
  other_id: 'names another id than the request does; leave one of the two out',
  not_lower_case: 'must be in lower case if it is a UUID: calls carry it, and the event id in their headers, alike',
  not_a_uuid:
    'must be the UUID of the event, as it is in the headers of calls; leave it out to have it added, and give an id of your own as id',
  other_type: 'must be the type of the event; leave it out to have it added',
};

/** Where a payload contradicts its event. Every endpoint has the envelope of the contract, so its rule holds for every event. */
function contradictions(draft: EventDraft, path: readonly string[]): FieldError[] {
  return envelopeFaults(draft.payload, draft).map(({ field, reason }) => ({
    field: fieldName([...path, 'payload', field]),
    message: CONTRADICTIONS[reason],
  }));
}

function textMember(members: Members, name: string): string | undefined {
  const text = members.get(name);
  return text === undefined ? undefined : JSON.parse(text);
}

function refuseLarge(payload: string, path: readonly string[]): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes <= MAX_PAYLOAD_BYTES) return;
  const field = fieldName([...path, 'payload']);
  const message = `may have ${MAX_PAYLOAD_BYTES} bytes, white space not counted; this one has ${bytes}`;
  throw new Problem('too-large', { detail: `${field}: ${message}`, errors: [{ field, message }] });
}

function repeatedIds(drafts: readonly EventDraft[]): FieldError[] {
  const first = new Map<EventId, number>();
  const errors: FieldError[] = [];
  drafts.forEach(({ id }, index) => {
    if (id === null) return;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, index);
    else errors.push({ field: `events[${index}].id`, message: `is that of events[${earlier}], too; ids must differ` });
  });
  return errors;
}

function refuse(errors: readonly FieldError[]): void {
  const [first, ...rest] = errors.slice(0, MAX_REPORTED_ERRORS);
  if (first !== undefined) throw invalid(first, ...rest);
}
